/**
 * Who was taken and who was not: the two arrays of a 202.
 *
 * Acceptance may be partial, and the form of an element of `errors` is not published. So: a success needs an identifier
 * for each element of `results`, and every recipient in one of the two arrays. Somebody in neither is in doubt, and with
 * them the whole request; a repeat with the same key gives the same answer and does no harm.
 */
import type { ErrorEntry, Reading } from "@landline/core";
import { isRecord } from "@landline/core";
import { codeOf, stringOf } from "../http/json.ts";
import { allRecipientsRejected, recipientOptedOut, redCloudErrors } from "./error-codes.ts";
import type { RedCloudSendAnswer } from "./values.ts";

type Findings = Pick<Reading, "accepted" | "code" | "message" | "field" | "entry">;

/** Reads the body of a success. `recipients` may be empty when they are not known. */
export function readResults(answer: Record<string, unknown>, recipients: readonly string[]): Findings {
  const results = listOf(answer["results"]);
  const errors = listOf(answer["errors"]) ?? [];
  if (results === null || isAnybodyMissing([...results, ...errors], recipients)) return nothing;
  if (results.length === 0) return errors.length === 0 ? nothing : rejected(errors);
  const ids = results.map(messageIdOf);
  const [providerId] = ids;
  if (providerId === undefined || providerId === null || ids.includes(null)) return nothing;
  const value = { ...answer, results, errors } as unknown as RedCloudSendAnswer;
  return { ...nothing, accepted: { providerId, providerStatus: stringOf(fieldOf(results[0], "status")), value } };
}

const nothing: Findings = { accepted: null, code: null, message: null, field: null, entry: null };

function listOf(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) ? value : null;
}

function fieldOf(element: unknown, name: string): unknown {
  return isRecord(element) ? element[name] : undefined;
}

/** Visible ASCII that needs no escaping in JSON; the form `msg_…` is an example of the pages, not a promise. */
function messageIdOf(element: unknown): string | null {
  const id = stringOf(fieldOf(element, "messageId"));
  return id !== null && /^[\w.:=+/-]{1,255}$/.test(id) ? id : null;
}

/** An element without `to` may be about anybody: each one accounts for one recipient that no other element names. */
function isAnybodyMissing(elements: readonly unknown[], recipients: readonly string[]): boolean {
  const named = new Set(elements.map((element) => digitsOf(recipientOf(element))));
  const unnamed = elements.filter((element) => recipientOf(element) === null).length;
  return recipients.filter((to) => !named.has(digitsOf(to))).length > unnamed;
}

function recipientOf(element: unknown): string | null {
  return typeof element === "string" ? element : stringOf(fieldOf(element, "to"));
}

function digitsOf(number: string | null): string {
  return (number ?? "").replaceAll(/\D/g, "");
}

function rejected(errors: readonly unknown[]): Findings {
  const [first] = errors;
  const inner = fieldOf(first, "error");
  const code = codeOf(fieldOf(first, "code")) ?? codeOf(fieldOf(inner, "code"));
  const message = stringOf(fieldOf(first, "message")) ?? stringOf(fieldOf(inner, "message")) ?? stringOf(inner);
  return { accepted: null, code, message, field: "to", entry: rowOf(errors, code) };
}

function rowOf(errors: readonly unknown[], code: string | null): ErrorEntry {
  if (errors.every(saysOptedOut)) return { ...recipientOptedOut, code: code ?? "" };
  const known = redCloudErrors.get(code ?? "");
  // A repeat gets this stored answer again, so a transient word in it is no reason for one.
  return known?.retry === "never" && known.status !== null ? known : { ...allRecipientsRejected, code: code ?? "" };
}

function saysOptedOut(element: unknown): boolean {
  return /\bopt(ed)?[ _-]?out|OPT(ED)?_OUT|unsubscribed|blocklist/i.test(JSON.stringify(element) ?? "");
}
