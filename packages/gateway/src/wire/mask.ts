/**
 * What a `viewer` sees: whom it was for and how it went, but no full number and nothing a message said.
 *
 * Ids, keys and codes stay, so that a viewer can still tell somebody which operation is meant.
 */
import type { WireFailure } from "@landline/core";
import { isRecord, maskNumbers, maskPhone, messageFields, personFields, redactedMark } from "@landline/core";
import type { WireOperation, WireOperationSummary } from "./operation.ts";

/** Fields that carry what is said, or say who a person is. */
const hidden: ReadonlySet<string> = new Set(
  [...messageFields, ...personFields, "template_variables", "custom_code", "parameters"].map(folded),
);
/** Fields that are a number or an address as a whole, however it is written. */
const addresses: ReadonlySet<string> = new Set(["to", "recipient", "phone", "phonenumber", "msisdn", "mobile"]);

/** Masks an operation of a list. */
export function maskSummary<T extends WireOperationSummary>(source: T): T {
  return withoutRecipient(
    {
      ...source,
      idempotency_key: maskNumbers(source.idempotency_key),
      input: maskInput(source.input),
      reference: maskNullable(source.reference),
      recipient: source.recipient === null ? null : maskPhone(source.recipient),
      subject: maskNullable(source.subject),
      metadata: source.metadata === null ? null : maskInput(source.metadata),
      fallback: source.fallback.map((step) => ({ ...step, input: maskInput(step.input) })),
      failure: maskFailure(source.failure),
    },
    source.recipient,
  );
}

/** Masks an operation and its story. */
export function maskOperation(source: WireOperation): WireOperation {
  const masked: WireOperation = {
    ...maskSummary(source),
    attempts: source.attempts.map((attempt) => ({
      ...attempt,
      because: maskNullable(attempt.because),
      failure: maskFailure(attempt.failure),
      // Providers quote what they were asked; how it was refused stands in the failure.
      body: null,
    })),
    receipts: source.receipts.map((receipt) => ({ ...receipt, message: maskNullable(receipt.message) })),
    history: source.history.map((line) => ({
      ...line,
      because: maskNullable(line.because),
      before: maskNullable(line.before),
      after: maskNullable(line.after),
    })),
  };
  return withoutRecipient(masked, source.recipient);
}

/** The recipient's digits wherever else somebody wrote them: in a key, a reference, a reason. */
function withoutRecipient<T>(source: T, recipient: string | null): T {
  const digits = recipient?.replaceAll(/\D/g, "") ?? "";
  if (digits.length < 7) return source;
  const stars = maskPhone(digits);
  const walk = (value: unknown): unknown => {
    if (typeof value === "string") return value.replaceAll(digits, stars);
    if (Array.isArray(value)) return value.map(walk);
    return isRecord(value)
      ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, walk(item)]))
      : value;
  };
  return walk(source) as T;
}

function maskInput(input: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(input).map(([name, value]) => [name, maskMember(folded(name), value)]));
}

function maskMember(name: string, value: unknown): unknown {
  if (value === null || value === undefined) return value;
  if (hidden.has(name)) return redactedMark;
  if (Array.isArray(value)) return value.map((item) => maskMember(name, item));
  if (isRecord(value)) return maskInput(value);
  if (typeof value === "boolean") return value;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (addresses.has(name)) return maskPhone(text);
  const masked = maskDigits(text);
  return masked === text ? value : masked;
}

/** Numbers with their plus, and bare runs of digits long enough to be one. */
function maskDigits(text: string): string {
  return maskNumbers(text).replace(/(?<![\w*+])\d{8,15}(?![\w*])/g, (found) => maskPhone(found));
}

function folded(name: string): string {
  return name.toLowerCase().replace(/[-_.\s]/g, "");
}

function maskFailure(failure: WireFailure | null): WireFailure | null {
  return failure === null
    ? null
    : { ...failure, message: maskNumbers(failure.message), guidance: maskNumbers(failure.guidance) };
}

function maskNullable(text: string | null): string | null {
  return text === null ? null : maskNumbers(text);
}
