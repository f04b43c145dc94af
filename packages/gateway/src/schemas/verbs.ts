/** Bodies of the verbs: what people say when they decide. */
import { z } from "@hono/zod-openapi";
import { inputSchema } from "./components.schema.ts";
import { parseInstant } from "./instant.ts";

const reason = z.string().trim().min(1).max(2_000).openapi({ description: "Why; kept in the history" });
const version = z.int().min(1).optional().openapi({ description: "Instead of `If-Match`" });
const name = z.string().min(1).max(255);

/** `retry`, `discard`, `reconcile` and everything that needs no more than a reason. */
export const reasonSchema = z.strictObject({ reason, version }).openapi("ReasonRequest");
/** `cancel`, `reconcile`, account verbs: a reason is welcome. */
export const optionalReasonSchema = z
  .strictObject({ reason: reason.nullish(), version })
  .openapi("OptionalReasonRequest");
/** Account verbs. */
export const accountVerbSchema = z.strictObject({ reason: reason.nullish() }).openapi("AccountVerbRequest");
/** `opt-in`: whose opt-out is lifted, and how it is known that they want that. */
export const optInSchema = z
  .strictObject({
    to: z.string().trim().min(1).max(320).openapi({ description: "The recipient", example: "+15551234567" }),
    reason,
  })
  .openapi("OptInRequest");
/** `fix`. */
export const fixSchema = z.strictObject({ input: inputSchema, reason, version }).openapi("FixRequest");
/** `fallback`. */
export const fallbackSchema = z
  .strictObject({
    account: name.optional(),
    operation: name.optional(),
    input: inputSchema.optional(),
    reason,
    version,
  })
  .openapi("FallbackRequest");
/** `resolve`. */
export const resolveSchema = z
  .strictObject({
    verdict: z.enum(["sent", "not_sent"]),
    evidence: z
      .string()
      .trim()
      .min(1)
      .max(10_000)
      .openapi({ description: "What shows it: a provider's page, a receipt, a call" }),
    reason,
    version,
  })
  .openapi("ResolveRequest");
/** `reveal`. */
export const revealSchema = z.strictObject({ reason }).openapi("RevealRequest");

/** An instant that is read into epoch milliseconds. */
const until = z
  .string()
  .refine((text) => parseInstant(text) !== null, "must be an RFC 3339 instant such as 2026-01-31T12:00:00Z")
  .transform((text) => parseInstant(text) ?? 0)
  .openapi({ type: "string", format: "date-time" });
/** `assign`. */
export const assignSchema = z
  .strictObject({
    // "none" is the filter's word for those that are nobody's.
    assignee: name
      .refine((given) => given !== "none", "nobody is null")
      .nullable()
      .openapi({ description: "Whose it is; `me` is the caller, null nobody", example: "me" }),
    reason: reason.nullish(),
    version,
  })
  .openapi("AssignRequest");
/** `snooze`. */
export const snoozeSchema = z
  .strictObject({
    until: until.nullable().openapi({ description: "When it comes back by itself; null: now" }),
    reason: reason.nullish(),
    version,
  })
  .openapi("SnoozeRequest");
/** `comment`. */
export const commentSchema = z
  .strictObject({
    text: z.string().trim().min(1).max(10_000).openapi({ description: "Kept in the history" }),
    version,
  })
  .openapi("CommentRequest");
