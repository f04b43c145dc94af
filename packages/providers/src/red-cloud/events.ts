/**
 * One `message.*` event as a receipt. Events are ordered by `sequence`, not by arrival; where it is missing, by the order
 * in which their types follow each other.
 * @see https://dev.redcloud.live/webhooks/event-lifecycle
 */
import type { ReceiptEvent } from "@landline/core";
import { isRecord } from "@landline/core";
import { codeOf, stringOf } from "../http/json.ts";

type Meaning = ReceiptEvent["meaning"];

const types: Readonly<Record<string, readonly [rank: number, meaning: Meaning]>> = {
  "message.queued": [1, "progress"],
  "message.sent": [2, "progress"],
  "message.delivery": [3, "delivered"],
  "message.failed": [3, "undelivered"],
  "message.inbound": [1, "inbound"],
};

/** A type that was added since: it is kept, and changes nothing. */
const unknownType = [1, "progress"] as const;

/**
 * Reads an event.
 * @param fallbackKey equal for equal bytes; stands in for the sequence or identifier that an event lacks
 * @returns nothing for a record that names no type or no message
 */
export function eventOf(envelope: Record<string, unknown>, fallbackKey: string): readonly ReceiptEvent[] {
  const inner = isRecord(envelope["data"]) ? envelope["data"] : {};
  const event: Record<string, unknown> = { ...envelope, ...inner };
  const status = stringOf(envelope["type"]) ?? stringOf(event["type"]) ?? stringOf(event["event"]);
  const providerId = stringOf(event["messageId"]);
  const operationId = operationIdOf(event["externalReference"]);
  if (status === null || (providerId === null && operationId === null)) return [];
  const [typeRank, meaning] = Object.hasOwn(types, status) ? (types[status] ?? unknownType) : unknownType;
  const sequence = sequenceOf(event["sequence"]);
  const failure = failureOf(event);
  const inbound = meaning === "inbound";
  return [
    {
      providerId,
      operationId: inbound ? null : operationId,
      status,
      rank: sequence ?? typeRank,
      meaning,
      code: failure.code,
      message: failure.message,
      at: instantIn(event),
      dedupeKey: dedupeKeyOf(providerId, status, sequence, fallbackKey),
      optedOut: inbound && isStop(event["text"]) ? stringOf(event["from"]) : null,
      ...(inbound && isStart(event["text"]) ? { optedIn: stringOf(event["from"]) } : {}),
    },
  ];
}

/** What the pages name: message and sequence; failing that message and type; failing that the bytes. */
function dedupeKeyOf(providerId: string | null, status: string, sequence: number | null, fallback: string): string {
  if (providerId === null) return fallback;
  return sequence === null ? `${providerId}:${status}` : `${providerId}:${status}:${sequence}`;
}

/** Our own ids only: a caller may have given another reference. */
function operationIdOf(reference: unknown): string | null {
  return typeof reference === "string" && /^op_\w{1,64}$/.test(reference) ? reference : null;
}

/** The type of `sequence` is not published: a whole number, or one as text. */
function sequenceOf(value: unknown): number | null {
  const number = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0 ? number : null;
}

/** "Failure details" is all that the pages say; the likely places are looked into. */
function failureOf(event: Record<string, unknown>): { code: string | null; message: string | null } {
  const first = ["failure", "error", "failureDetails", "details"].map((name) => event[name]).find(isRecord) ?? event;
  return {
    code: codeOf(first["code"]) ?? codeOf(event["failureCode"]) ?? codeOf(event["errorCode"]),
    message:
      stringOf(first["message"]) ??
      stringOf(first["reason"]) ??
      stringOf(event["failureReason"]) ??
      stringOf(event["failure"]),
  };
}

function instantIn(event: Record<string, unknown>): number | null {
  for (const name of ["occurredAt", "timestamp", "createdAt"]) {
    const value = event[name];
    if (typeof value === "string" && /^\d{4}-\d{2}-\d{2}T/.test(value) && !Number.isNaN(Date.parse(value)))
      return Date.parse(value);
  }
  return null;
}

/** The words by which people in the United States opt out of messages, whole and alone (CTIA messaging principles). */
function isStop(text: unknown): boolean {
  return typeof text === "string" && /^\s*(stop|stopall|stop all|unsubscribe|cancel|end|quit)[.!]?\s*$/i.test(text);
}

/** The words by which they opt in again. */
function isStart(text: unknown): boolean {
  return typeof text === "string" && /^\s*(start|unstop)[.!]?\s*$/i.test(text);
}
