/** How bulk work looks in the OpenAPI document. */
import { z } from "@hono/zod-openapi";
import type { RouteDocument } from "../call.ts";
import {
  bulkCreatedSchema,
  bulkPreviewRequestSchema,
  bulkPreviewSchema,
  bulkProgressSchema,
  bulkRequestSchema,
  bulkSchema,
} from "../schemas/bulk.schema.ts";
import { answers, bodied, bodyOf, keyed, refusals } from "./documents.ts";

const idParam = z.object({ id: z.string() });

/** `POST /v1/bulk`. */
export const createBulkDocument: RouteDocument = {
  operationId: "createBulk",
  tags: ["Bulk"],
  summary: "Decide many operations at once, durably",
  description:
    "The members are frozen with their versions before the answer; what changes afterwards is left alone and reported as `conflict`. Above a configured size it waits in `awaiting_approval` for a second person.",
  request: { body: bodyOf(bulkRequestSchema) },
  responses: {
    202: answers("Durable; it goes on after a restart", bulkCreatedSchema),
    ...refusals(...keyed, ...bodied),
  },
};

/** `POST /v1/bulk/preview`. */
export const previewBulkDocument: RouteDocument = {
  operationId: "previewBulk",
  tags: ["Bulk"],
  summary: "What bulk work would do; nothing is written",
  description:
    "`total` is exact. `skipped` is judged cause by cause from what is known now; each operation is judged again when its turn comes.",
  request: { body: bodyOf(bulkPreviewRequestSchema) },
  responses: { 200: answers("The preview", bulkPreviewSchema), ...refusals(...keyed, ...bodied) },
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
  description: "With `Accept: text/csv`, or as `/v1/bulk/{id}.csv`, all results as a table.",
  request: {
    params: idParam,
    query: z.object({ limit: z.string().optional().openapi({ type: "integer" }), cursor: z.string().optional() }),
  },
  responses: {
    200: {
      description: "The work and one page of results, or all results as CSV",
      content: {
        "application/json": { schema: bulkProgressSchema },
        "text/csv": { schema: z.string() },
      },
    },
    ...refusals(...keyed, "VALIDATION_ERROR", "NOT_FOUND"),
  },
};

const words = {
  approve: "Let it begin; not by whoever made it",
  reject: "Refuse it for good; not by whoever made it",
  pause: "Stop before the next member until somebody resumes it; survives a restart",
  resume: "Let it go on",
  cancel: "Stop before the next member for good; what is done stays done",
} as const;

/** `POST /v1/bulk/{id}/…`. */
export function bulkWordDocument(name: keyof typeof words, schema: z.ZodType): RouteDocument {
  return {
    operationId: `${name}Bulk`,
    tags: ["Bulk"],
    summary: words[name],
    request: { params: idParam, body: bodyOf(schema, name === "reject") },
    responses: {
      200: answers("The work", bulkSchema),
      ...refusals(...keyed, ...bodied, "NOT_FOUND", "STATE_CONFLICT"),
    },
  };
}
