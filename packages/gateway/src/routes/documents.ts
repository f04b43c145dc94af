/** How the routes look in the OpenAPI document. One constant a route; the words are the reference's words. */
import { z } from "@hono/zod-openapi";
import { failureKinds, operationClasses, operationStates, parkedReasons } from "@landline/core";
import type { RouteDocument } from "../call.ts";
import type { ProblemCode } from "../reply.ts";
import { problemStatus } from "../reply.ts";
import { errorSchema, instantSchema, operationSchema, operationSummarySchema } from "../schemas/components.schema.ts";
import { messageRequestSchema } from "../schemas/message-request.ts";
import { batchRequestSchema, operationRequestSchema } from "../schemas/operation-request.schema.ts";

/** An answer of JSON. */
export function answers(description: string, schema: z.ZodType): RouteDocument["responses"][string] {
  return { description, content: { "application/json": { schema } } };
}

/** Refusals, grouped by status. Those that any route may give are added. */
export function refusals(...codes: readonly ProblemCode[]): RouteDocument["responses"] {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of new Set<ProblemCode>([...codes, "INTERNAL", "UNAVAILABLE"])) {
    const status = problemStatus[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, names]) => [
      String(status),
      answers(names.map((name) => `\`${name}\``).join(", "), errorSchema),
    ]),
  );
}

/** Refusals of every route that needs a key. */
export const keyed = ["UNAUTHENTICATED", "FORBIDDEN", "RATE_LIMITED"] as const;
/** Refusals of every route that reads a JSON body. */
export const bodied = ["VALIDATION_ERROR", "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"] as const;

/** A JSON body. */
export function bodyOf(schema: z.ZodType, required = true): NonNullable<NonNullable<RouteDocument["request"]>["body"]> {
  return { required, content: { "application/json": { schema } } };
}

const idempotencyHeader = z.object({
  "Idempotency-Key": z.string().min(1).max(255).openapi({
    description: "1 to 255 visible ASCII characters, scoped to the API key's name",
    example: "order_789-otp",
  }),
});

/** The path parameter of an operation. */
export const idParam = z.object({ id: z.string().openapi({ example: "op_01J8XN3Q5W8M4Z6T2R7V9K1C0D" }) });

const accepted = {
  ...answers("Durable: from here on it is ours. `Idempotent-Replayed: true` when the key was known.", operationSchema),
  headers: z.object({
    "Idempotent-Replayed": z.string().optional(),
    Location: z.string(),
  }),
};

/** `POST /v1/operations`. */
export const createOperationDocument: RouteDocument = {
  operationId: "createOperation",
  tags: ["Operations"],
  summary: "Hand in an operation",
  description: "Same key and same body: the same operation again. Same key and another body: 422.",
  request: { headers: idempotencyHeader, body: bodyOf(operationRequestSchema) },
  responses: {
    202: accepted,
    ...refusals(
      ...keyed,
      ...bodied,
      "IDEMPOTENCY_KEY_REQUIRED",
      "IDEMPOTENCY_KEY_INVALID",
      "IDEMPOTENCY_IN_PROGRESS",
      "IDEMPOTENCY_CONFLICT",
    ),
  },
};

/** `POST /v1/messages`. */
export const createMessageDocument: RouteDocument = {
  operationId: "createMessage",
  tags: ["Operations"],
  summary: "Hand in a message in neutral form",
  description:
    "`route` names a configured chain, `via` spells one out: the first step is tried, each further one only after the one before certainly failed.",
  request: { headers: idempotencyHeader, body: bodyOf(messageRequestSchema) },
  responses: createOperationDocument.responses,
};

/** `POST /v1/operations/batch`. */
export const batchDocument: RouteDocument = {
  operationId: "createOperations",
  tags: ["Operations"],
  summary: "Hand in up to 1,000 operations",
  description:
    "Each carries its own `idempotency_key` and gets its own status: 202, 400 or 422. Repeating the batch is safe.",
  request: { body: bodyOf(batchRequestSchema) },
  responses: {
    200: answers(
      "One result per operation, in order",
      z
        .object({
          results: z.array(
            z.object({
              status: z.int(),
              operation: operationSchema.optional(),
              replayed: z.literal(true).optional(),
              error: errorSchema.optional(),
            }),
          ),
        })
        .openapi("BatchResults"),
    ),
    ...refusals(...keyed, ...bodied),
  },
};

const maskedParam = z
  .enum(["true", "false"])
  .optional()
  .openapi({ description: "`true`: as a viewer sees it, numbers masked and no bodies" });

/** `GET /v1/operations/{id}`. */
export const getOperationDocument: RouteDocument = {
  operationId: "getOperation",
  tags: ["Operations"],
  summary: "One operation with its whole story",
  request: { params: idParam, query: z.object({ masked: maskedParam }) },
  responses: { 200: answers("The operation", operationSchema), ...refusals(...keyed, "VALIDATION_ERROR", "NOT_FOUND") },
};

/** Filters as parameters. */
export const filterShape = {
  state: z
    .string()
    .optional()
    .openapi({ description: `One or more, separated by commas: ${operationStates.join(", ")}` }),
  account: z.string().optional(),
  operation: z.string().optional(),
  reference: z.string().optional(),
  to: z.string().optional().openapi({ description: "Recipient, E.164 or a channel address" }),
  code: z.string().optional().openapi({ description: "The provider's code of the failure" }),
  kind: z.enum(failureKinds).optional(),
  class: z.enum(operationClasses).optional(),
  parked_reason: z.enum(parkedReasons).optional(),
  assignee: z
    .string()
    .optional()
    .openapi({ description: "Parked ones of this person; `me` is the caller, `none` those that are nobody's" }),
  snoozed: z
    .enum(["true", "false"])
    .optional()
    .openapi({ description: "Parked ones that are put off now, or those that are open" }),
  created_after: instantSchema.optional(),
  created_before: instantSchema.optional(),
  q: z
    .string()
    .optional()
    .openapi({ description: "Beginning of an id, reference, recipient, provider id or idempotency key" }),
};

/** `GET /v1/operations`. */
export const listOperationsDocument: RouteDocument = {
  operationId: "listOperations",
  tags: ["Operations"],
  summary: "Operations, newest first",
  request: {
    query: z.object({
      ...filterShape,
      limit: z.string().optional().openapi({ description: "1 to 200; 50 by default", type: "integer" }),
      cursor: z.string().optional().openapi({ description: "`next_cursor` of the page before" }),
      masked: maskedParam,
    }),
  },
  responses: {
    200: answers(
      "One page",
      z.object({ data: z.array(operationSummarySchema), next_cursor: z.string().nullable() }).openapi("OperationPage"),
    ),
    ...refusals(...keyed, "VALIDATION_ERROR"),
  },
};

const status = (word: string): z.ZodType => z.object({ status: z.literal(word) });

/** `GET /healthz`. */
export const healthDocument: RouteDocument = {
  operationId: "health",
  tags: ["Service"],
  summary: "Alive",
  responses: { 200: answers("The process answers", status("ok")), ...refusals() },
};

/** `GET /readyz`. */
export const readyDocument: RouteDocument = {
  operationId: "ready",
  tags: ["Service"],
  summary: "Ready to take operations",
  responses: { 200: answers("The store is within reach", status("ready")), ...refusals() },
};

/** `GET /metrics`. */
export const metricsDocument: RouteDocument = {
  operationId: "metrics",
  tags: ["Service"],
  summary: "Prometheus text",
  responses: {
    200: { description: "Metrics", content: { "text/plain": { schema: z.string() } } },
    ...refusals("UNAUTHENTICATED", "NOT_FOUND"),
  },
};
