/**
 * Twilio's callbacks: whether they are Twilio's, and what they say.
 *
 * The signature covers the public address and the form's parameters, or the address alone when it carries the hash of
 * the body. It has no timestamp, so a callback can be replayed; a replayed one says nothing new and is dropped by its
 * key. Twilio's own back end is inconsistent about the port and the escapes of the query, so every form it is known to
 * sign is accepted (as in its SDKs). Nothing of a callback is believed before that.
 * @see https://www.twilio.com/docs/usage/webhooks/webhooks-security
 */
import type { Hashing, ReceiptEvent, WebhookReading, WebhookRequest, Webhooks } from "@landline/core";
import { isRecord } from "@landline/core";
import { base64, hex, textOf, utf8 } from "../http/bytes.ts";
import { decodeForm } from "../http/form.ts";
import { codeOf, jsonOf, stringOf } from "../http/json.ts";
import { twilioErrors } from "./error-codes.ts";
import { dedupeKeyOf } from "./poll.ts";
import { callbackRetries, operationParameter } from "./request.ts";
import { signedForms } from "./signed-url.ts";
import { callStatus, messageStatus } from "./statuses.ts";
import { instantOf } from "./time.ts";

/**
 * Callbacks of one account.
 * @param tokens auth tokens that may have signed: the primary and, during a rotation, the secondary one
 */
export function twilioWebhooks(tokens: readonly string[]): Webhooks {
  return {
    read(request, hashing): WebhookReading {
      const signature = request.headers["x-twilio-signature"];
      if (signature === undefined || signature === "") {
        return { ok: false, reason: "unsigned", message: "The callback has no X-Twilio-Signature" };
      }
      if (!isSigned(request, signature, tokens, hashing)) {
        const message =
          "The signature does not match: check the auth token and that the public URL is the one Twilio calls";
        return { ok: false, reason: "bad_signature", message };
      }
      return readSigned(request);
    },
  };
}

type Parameters = readonly (readonly [name: string, value: string])[];

function isSigned(request: WebhookRequest, signature: string, tokens: readonly string[], hashing: Hashing): boolean {
  const bodyHash = queryOf(request.url).find(([name]) => name === "bodySHA256")?.[1];
  if (bodyHash !== undefined) {
    const digest = hex(hashing.digest("sha256", request.body));
    if (!hashing.equal(utf8(digest), utf8(bodyHash.toLowerCase()))) return false;
  }
  const parameters = bodyHash === undefined ? formText(request.body) : "";
  if (parameters === null) return false;
  const given = utf8(signature);
  // Twilio signs no fragment. What stands in for it (a proxy, a fake) may sign the address whole, as we gave it out.
  const forms = [...signedForms(request.url), `${request.url}${callbackRetries}`];
  return tokens.some((token) =>
    forms.some((form) => hashing.equal(utf8(base64(hashing.hmac("sha1", token, utf8(form + parameters)))), given)),
  );
}

/** Each name with each of its different values, in order of code units; null when the body is not text. */
function formText(body: Uint8Array): string | null {
  const text = textOf(body);
  if (text === null) return null;
  const values = new Map<string, Set<string>>();
  for (const [name, value] of decodeForm(text)) values.set(name, (values.get(name) ?? new Set<string>()).add(value));
  let signed = "";
  for (const name of [...values.keys()].toSorted(byCodeUnit)) {
    for (const value of [...(values.get(name) ?? [])].toSorted(byCodeUnit)) signed += name + value;
  }
  return signed;
}

function byCodeUnit(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

function queryOf(url: string): Parameters {
  const [bare = ""] = url.split("#", 1);
  const at = bare.indexOf("?");
  return at < 0 ? [] : decodeForm(bare.slice(at + 1));
}

function readSigned(request: WebhookRequest): WebhookReading {
  const query = queryOf(request.url);
  const operationId = query.find(([name]) => name === operationParameter)?.[1] ?? null;
  const text = textOf(request.body);
  if (text === null) return { ok: false, reason: "unreadable", message: "The body is not UTF-8 text" };
  const records = isJson(request, text) ? jsonRecords(text) : [recordOf(text === "" ? query : decodeForm(text))];
  if (records === null) return { ok: false, reason: "unreadable", message: "The body is not valid JSON" };
  return { ok: true, events: records.flatMap((record) => eventOf(record, operationId === "" ? null : operationId)) };
}

function isJson(request: WebhookRequest, text: string): boolean {
  const type = request.headers["content-type"] ?? "";
  return /\bjson\b/i.test(type) || (!type.includes("form") && /^\s*[[{]/.test(text));
}

/** One record, a list of them, or CloudEvents, whose `data` is the record. */
function jsonRecords(text: string): readonly Record<string, unknown>[] | null {
  const parsed = jsonOf(text);
  if (parsed === undefined) return null;
  return [parsed]
    .flat()
    .filter(isRecord)
    .map((each) => (isRecord(each["data"]) ? each["data"] : each));
}

function recordOf(parameters: Parameters): Record<string, unknown> {
  return Object.fromEntries(parameters.toReversed());
}

/** Forms write `MessageSid`, events `messageSid`. */
function field(record: Record<string, unknown>, name: string): string | null {
  return codeOf(record[name]) ?? codeOf(record[name.charAt(0).toLowerCase() + name.slice(1)]);
}

function eventOf(record: Record<string, unknown>, operationId: string | null): readonly ReceiptEvent[] {
  const callSid = field(record, "CallSid");
  const messageSid = field(record, "MessageSid") ?? field(record, "SmsSid");
  const providerId = messageSid ?? callSid;
  const word =
    messageSid === null ? field(record, "CallStatus") : (field(record, "MessageStatus") ?? field(record, "SmsStatus"));
  if (providerId === null || word === null) return [];
  const status = word.toLowerCase();
  const { rank, meaning } = messageSid === null ? callStatus(status) : messageStatus(status);
  const written = field(record, "ErrorCode");
  const code = written === "0" ? null : written;
  const inbound = meaning === "inbound" || stringOf(record["Direction"]) === "inbound";
  return [
    {
      providerId,
      operationId: inbound ? null : operationId,
      status,
      rank,
      meaning: inbound ? "inbound" : meaning,
      code,
      message: field(record, "ErrorMessage"),
      at: instantOf(field(record, "Timestamp")),
      dedupeKey: dedupeKeyOf(providerId, status, code),
      ...consentOf(record, inbound, code),
    },
  ];
}

/**
 * What an event says about consent. Inbound messages have `OptOutType` with Advanced Opt-Out only; without it Twilio
 * itself acts on the words, so that only its lifting them needs to be heard: its refusals say who opted out.
 */
function consentOf(
  record: Record<string, unknown>,
  inbound: boolean,
  code: string | null,
): Pick<ReceiptEvent, "optedOut" | "optedIn"> {
  const type = field(record, "OptOutType")?.toUpperCase() ?? null;
  if (type === "STOP") return { optedOut: field(record, "From") };
  const asked = type === "START" || (type === null && inbound && isStart(record["Body"]));
  if (asked) return { optedOut: null, optedIn: field(record, "From") };
  const refused = twilioErrors.get(code ?? "")?.optedOut === true;
  return { optedOut: refused && !inbound ? field(record, "To") : null };
}

/** The words by which people opt in again, whole and alone. "YES" is one at Twilio, and too often an answer. */
function isStart(body: unknown): boolean {
  return typeof body === "string" && /^\s*(start|unstop)[.!]?\s*$/i.test(body);
}
