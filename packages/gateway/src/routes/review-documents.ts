/** How review looks in the OpenAPI document. */
import { z } from "@hono/zod-openapi";
import { parkedReasons } from "@landline/core";
import type { RouteDocument } from "../call.ts";
import { instantSchema, operationSchema } from "../schemas/components.schema.ts";
import { revealSchema } from "../schemas/verbs.ts";
import { answers, bodied, bodyOf, idParam, keyed, refusals } from "./documents.ts";

const summaries: Readonly<Record<string, string>> = {
  cancel: "Cancel what has certainly not left",
  retry: "Try a parked operation again, with the same key",
  fix: "Send a corrected input as a child operation",
  fallback: "Send by another channel or account as a child operation",
  discard: "Give a parked operation up",
  resolve: "Settle doubt with evidence",
  reconcile: "Ask the provider now",
  assign: "Make a parked operation somebody's, or nobody's",
  snooze: "Put a parked operation off; it comes back by itself",
  comment: "Say something about a parked operation",
};

/** The document of a verb. */
export function verbDocument(
  name: string,
  schema: z.ZodType,
  rule: { readonly optional: boolean; readonly versionNeeded: boolean },
): RouteDocument {
  const makesChild = name === "fix" || name === "fallback";
  const version = z
    .string()
    .optional()
    .openapi({ description: 'The version you saw, `"4"`; or `version` in the body' });
  return {
    operationId: `${name}Operation`,
    tags: [name === "cancel" ? "Operations" : "Review"],
    summary: summaries[name] ?? name,
    request: {
      params: idParam,
      headers: z.object({ "If-Match": version }),
      body: bodyOf(schema, !rule.optional),
    },
    responses: {
      [makesChild ? 201 : 200]: answers(makesChild ? "The child" : "The operation", operationSchema),
      ...refusals(
        ...keyed,
        ...bodied,
        "NOT_FOUND",
        "STATE_CONFLICT",
        ...(rule.versionNeeded ? (["PRECONDITION_REQUIRED"] as const) : []),
      ),
    },
  };
}

/** `POST /v1/operations/{id}/reveal`. */
export const revealDocument: RouteDocument = {
  operationId: "revealOperation",
  tags: ["Review"],
  summary: "See numbers and bodies in full; who looked and why is recorded",
  request: { params: idParam, body: bodyOf(revealSchema) },
  responses: {
    200: answers("The operation, unmasked", operationSchema),
    ...refusals(...keyed, ...bodied, "NOT_FOUND"),
  },
};

const text = z.string().nullable();

/** `GET /v1/operations/{id}/escalation`. */
export const escalationDocument: RouteDocument = {
  operationId: "getEscalation",
  tags: ["Review"],
  summary: "Everything a provider's support asks for, secrets removed",
  request: { params: idParam },
  responses: {
    200: {
      description: "The package: JSON, or Markdown with `Accept: text/markdown`",
      content: {
        "application/json": {
          schema: z
            .object({
              operation_id: z.string(),
              provider: z.string(),
              account: z.string(),
              operation: z.string(),
              state: z.string(),
              endpoint: text,
              status: z.int().nullable(),
              code: text,
              error_body: text,
              request_id: text,
              requested_at: instantSchema.nullable(),
              idempotency_key: z.string(),
              message_id: text,
              reference: text,
              reproducible: z.enum(["always", "sometimes", "once", "not_failed"]),
              reproducible_because: z.string(),
              guidance: text,
              docs: text,
              timeline: z.array(z.object({ at: instantSchema, what: z.string() })),
            })
            .openapi("Escalation"),
        },
        "text/markdown": { schema: z.string() },
      },
    },
    ...refusals(...keyed, "NOT_FOUND"),
  },
};

/** `GET /v1/review/groups`. */
export const groupsDocument: RouteDocument = {
  operationId: "listReviewGroups",
  tags: ["Review"],
  summary: "Parked operations by cause",
  responses: {
    200: answers(
      "Groups, largest first",
      z
        .object({
          data: z.array(
            z.object({
              fingerprint: z.string(),
              account: z.string(),
              operation: z.string(),
              parked_reason: z.enum(parkedReasons),
              kind: text,
              code: text,
              count: z.int().openapi({ description: "Open ones: nobody put them off" }),
              snoozed: z.int(),
              trend: z.array(z.int()).openapi({ description: "Parked per hour, the last 24 hours, oldest first" }),
              first_seen: instantSchema,
              last_seen: instantSchema,
              suggestion: z.string(),
              sample_ids: z.array(z.string()),
            }),
          ),
        })
        .openapi("ReviewGroups"),
    ),
    ...refusals(...keyed, "VALIDATION_ERROR"),
  },
};
