/** The shapes of the API for the OpenAPI document: what is answered. */
import { z } from "@hono/zod-openapi";
import {
  failureKinds,
  guarantees,
  operationClasses,
  operationStates,
  parkedReasons,
  phases,
  remedies,
} from "@landline/core";
import { problemStatus } from "../reply.ts";
import type { ProblemCode } from "../reply.ts";

/** An RFC 3339 instant. */
export const instantSchema = z.string().openapi({ format: "date-time", example: "2026-01-31T12:00:00.000Z" });
const nullableText = z.string().nullable();
/** The provider's own fields. */
export const inputSchema = z
  .record(z.string(), z.unknown())
  .openapi({ description: "The provider's own field names", example: { To: "+15551234567", Body: "Hello" } });

/** Every error. */
export const errorSchema = z
  .object({
    code: z.enum(Object.keys(problemStatus) as [ProblemCode, ...ProblemCode[]]),
    message: z.string(),
    request_id: z.string(),
    details: z.record(z.string(), z.unknown()).optional().openapi({ description: "`field` is the path in the body" }),
  })
  .openapi("Error");

/** A failure. */
export const failureSchema = z
  .object({
    kind: z.enum(failureKinds),
    category: z.enum(["A", "B", "C", "D"]).nullable(),
    shape: z.enum(["oauth", "api", "http", "transport", "receipt"]),
    execution: z.enum(["not_executed", "executed", "unknown"]),
    remedy: z.enum(remedies),
    responsible: z.enum(["caller", "operator", "recipient", "provider", "network", "nobody"]),
    status: z.int().nullable(),
    code: nullableText,
    message: z.string(),
    field: nullableText,
    request_id: nullableText,
    retry_at: instantSchema.nullable(),
    guidance: z.string(),
    docs: nullableText,
  })
  .openapi("Failure");

const attemptSchema = z
  .object({
    number: z.int().openapi({ description: "One-based" }),
    lease: z.int(),
    started_at: instantSchema,
    ended_at: instantSchema.nullable(),
    outcome: z.enum(["accepted", "rejected", "throttled", "unavailable", "ambiguous"]).nullable(),
    status: z.int().nullable(),
    code: nullableText,
    request_id: nullableText,
    phase: z.enum(phases).nullable(),
    decision: nullableText,
    because: nullableText,
    failure: failureSchema.nullable(),
    body: nullableText.openapi({
      description:
        "What the provider answered when it did not accept: secrets, message bodies and numbers removed, at most 4 kB; null for a viewer",
    }),
  })
  .openapi("Attempt");

const receiptSchema = z
  .object({ at: instantSchema, status: z.string(), code: nullableText, message: nullableText })
  .openapi("Receipt");

const historySchema = z
  .object({
    at: instantSchema,
    event: z.string(),
    actor: z.string(),
    because: nullableText,
    before: nullableText,
    after: nullableText,
  })
  .openapi("HistoryLine");

/** One step of a fallback chain. */
export const fallbackStepSchema = z
  .strictObject({ account: z.string().min(1).max(255), operation: z.string().min(1).max(255), input: inputSchema })
  .openapi("FallbackStep");

const summary = {
  id: z.string().openapi({ example: "op_01J8XN3Q5W8M4Z6T2R7V9K1C0D" }),
  account: z.string(),
  operation: z.string().openapi({ example: "messages.create" }),
  state: z.enum(operationStates),
  version: z.int().openapi({ description: "What `If-Match` must carry" }),
  input: inputSchema,
  reference: nullableText,
  idempotency_key: z.string(),
  class: z.enum(operationClasses),
  guarantee: z.enum(guarantees),
  parked_reason: z.enum(parkedReasons).nullable(),
  deadline: instantSchema,
  created_at: instantSchema,
  updated_at: instantSchema,
  next_attempt_at: instantSchema.nullable(),
  provider_id: nullableText,
  provider_status: nullableText,
  recipient: nullableText,
  subject: nullableText,
  metadata: z.record(z.string(), z.unknown()).nullable(),
  fallback: z.array(fallbackStepSchema),
  created_by: nullableText,
  attempts_started: z.int(),
  parent_id: nullableText,
  failure: failureSchema.nullable(),
  assignee: nullableText.openapi({ description: "Who works on it while it is parked" }),
  snoozed_until: instantSchema.nullable().openapi({ description: "Until when it is put off while it is parked" }),
};

/** An operation of a list. */
export const operationSummarySchema = z.object(summary).openapi("OperationSummary");

/** An operation with its story. */
export const operationSchema = z
  .object({
    ...summary,
    child_ids: z.array(z.string()),
    trace_url: z.string().nullable().openapi({ description: "Where its trace is looked at" }),
    attempts: z.array(attemptSchema),
    receipts: z.array(receiptSchema),
    history: z.array(historySchema),
  })
  .openapi("Operation");
