/** How bulk work looks in the OpenAPI document, and how its request is read. */
import { z } from "@hono/zod-openapi";
import { bulkActions } from "../bulk/record.ts";
import type { RouteDocument } from "../call.ts";
import { instantSchema } from "../schemas/components.schema.ts";
import { accountVerbSchema } from "../schemas/verbs.ts";
import { answers, bodied, bodyOf, filterShape, keyed, refusals } from "./documents.ts";

/** Body of `POST /v1/bulk`. */
export const bulkRequestSchema = z
  .strictObject({
    action: z.enum(bulkActions),
    query: z.record(z.string(), z.unknown()).openapi({
      description: `Filters as of the list: ${Object.keys(filterShape).join(", ")}`,
      example: { state: "parked", code: "30003" },
    }),
    reason: z.string().trim().min(1).max(2_000),
    rate: z.number().min(0.1).max(1_000).optional().openapi({ description: "Operations per second; 50 by default" }),
    dry_run: z.boolean().optional().openapi({ description: "Freeze and count, do nothing" }),
  })
  .openapi("BulkRequest");

const shape = {
  id: z.string(),
  action: z.enum(bulkActions),
  query: z.record(z.string(), z.unknown()),
  reason: z.string(),
  rate: z.number(),
  dry_run: z.boolean(),
  state: z.enum(["running", "completed", "cancelled"]),
  total: z.int(),
  done: z.int(),
  succeeded: z.int(),
  failed: z.int(),
  created_by: z.string(),
  created_at: instantSchema,
  updated_at: instantSchema,
};
const bulkSchema = z.object(shape).openapi("Bulk");
const idParam = z.object({ id: z.string() });

/** `POST /v1/bulk`. */
export const createBulkDocument: RouteDocument = {
  operationId: "createBulk",
  tags: ["Bulk"],
  summary: "Decide many operations at once, durably",
  description:
    "The members are frozen with their versions before the answer; what changes afterwards is left alone and reported as `conflict`.",
  request: { body: bodyOf(bulkRequestSchema) },
  responses: {
    202: answers(
      "Durable; it goes on after a restart",
      z.object({ ...shape, sample_ids: z.array(z.string()) }).openapi("BulkCreated"),
    ),
    ...refusals(...keyed, ...bodied),
  },
};

/** `GET /v1/bulk`. */
export const bulkListDocument: RouteDocument = {
  operationId: "listBulk",
  tags: ["Bulk"],
  summary: "All bulk work, newest first",
  responses: {
    200: answers("Bulk work", z.object({ data: z.array(bulkSchema) }).openapi("BulkList")),
    ...refusals(...keyed, "VALIDATION_ERROR"),
  },
};

/** `GET /v1/bulk/{id}`. */
export const bulkDocument: RouteDocument = {
  operationId: "getBulk",
  tags: ["Bulk"],
  summary: "Progress and the result of each member",
  request: {
    params: idParam,
    query: z.object({ limit: z.string().optional().openapi({ type: "integer" }), cursor: z.string().optional() }),
  },
  responses: {
    200: answers(
      "The work and one page of results",
      z
        .object({
          ...shape,
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
        .openapi("BulkProgress"),
    ),
    ...refusals(...keyed, "VALIDATION_ERROR", "NOT_FOUND"),
  },
};

/** `POST /v1/bulk/{id}/cancel`. */
export const bulkCancelDocument: RouteDocument = {
  operationId: "cancelBulk",
  tags: ["Bulk"],
  summary: "Stop before the next member; what is done stays done",
  request: { params: idParam, body: bodyOf(accountVerbSchema, false) },
  responses: { 200: answers("Cancelled", bulkSchema), ...refusals(...keyed, ...bodied, "NOT_FOUND", "STATE_CONFLICT") },
};
