/** The shapes of bulk work: what is asked for, and what is answered. */
import { z } from "@hono/zod-openapi";
import { operationStates, parkedReasons } from "@landline/core";
import { bulkActions } from "../bulk/record.ts";
import { instantSchema, operationSummarySchema } from "./components.schema.ts";

const asked = {
  action: z.enum(bulkActions),
  query: z.record(z.string(), z.unknown()).openapi({
    description: "Filters as of the list, `created_after` and all",
    example: { state: "parked", code: "30003" },
  }),
};

/** Body of `POST /v1/bulk`. */
export const bulkRequestSchema = z
  .strictObject({
    ...asked,
    reason: z.string().trim().min(1).max(2_000),
    rate: z.number().min(0.1).max(1_000).optional().openapi({ description: "Operations per second; 50 by default" }),
    dry_run: z.boolean().optional().openapi({ description: "Freeze and count, do nothing" }),
  })
  .openapi("BulkRequest");

/** Body of `POST /v1/bulk/preview`. */
export const bulkPreviewRequestSchema = z
  .strictObject({
    ...asked,
    rate: z.number().min(0.1).max(1_000).optional(),
    limit_sample: z.int().min(1).max(50).optional().openapi({ description: "Operations shown; 10 by default" }),
  })
  .openapi("BulkPreviewRequest");

const count = z.int().min(0);

/** What a piece of bulk work would do. */
export const bulkPreviewSchema = z
  .object({
    total: count,
    will_act: count.openapi({ description: "Of the total, those nothing known now speaks against" }),
    skipped: z.array(z.object({ because: z.string(), count })),
    by_reason: z.array(
      z.object({ state: z.enum(operationStates), parked_reason: z.enum(parkedReasons).nullable(), count }),
    ),
    sample: z.array(operationSummarySchema),
    approval_required: z.boolean(),
    too_many: z.boolean().openapi({ description: "More than one piece of bulk work may have" }),
    seconds: z.number().openapi({ description: "How long it would take at its rate" }),
  })
  .openapi("BulkPreview");

/** Names of the states of bulk work. */
export const bulkStates = ["awaiting_approval", "running", "paused", "completed", "cancelled", "rejected"] as const;

/** The members every answer about bulk work has. */
export const bulkShape = {
  id: z.string(),
  ...asked,
  reason: z.string(),
  rate: z.number(),
  dry_run: z.boolean(),
  state: z.enum(bulkStates),
  total: count,
  done: count,
  succeeded: count,
  failed: count,
  created_by: z.string(),
  created_at: instantSchema,
  updated_at: instantSchema,
  eta_seconds: z.number().nullable().openapi({ description: "At its rate; null when nothing is left to do" }),
  approval: z
    .object({
      required: z.boolean(),
      above: count.nullable().openapi({ description: "The size from which on it was needed" }),
      verdict: z.enum(["approved", "rejected"]).nullable(),
      by: z.string().nullable(),
      at: instantSchema.nullable(),
      reason: z.string().nullable(),
    })
    .openapi("BulkApproval"),
};

/** One piece of bulk work. */
export const bulkSchema = z.object(bulkShape).openapi("Bulk");

/** As it is answered to whoever asked for it. */
export const bulkCreatedSchema = z.object({ ...bulkShape, sample_ids: z.array(z.string()) }).openapi("BulkCreated");

/** One piece of bulk work with a page of results and its history. */
export const bulkProgressSchema = z
  .object({
    ...bulkShape,
    history: z.array(
      z.object({ at: instantSchema, event: z.string(), actor: z.string(), because: z.string().nullable() }),
    ),
    results: z.array(
      z.object({
        id: z.string(),
        status: z.enum(["pending", "done", "conflict", "not_found", "invalid"]),
        message: z.string().nullable(),
        child_id: z.string().nullable(),
      }),
    ),
    next_cursor: z.string().nullable(),
  })
  .openapi("BulkProgress");

/** Body of `POST /v1/bulk/{id}/reject`: whoever asked for it wants to know why. */
export const bulkRejectSchema = z
  .strictObject({ reason: z.string().trim().min(1).max(2_000) })
  .openapi("BulkRejectRequest");
