/**
 * Red Cloud's events: whether they are Red Cloud's, and what they say.
 *
 * The signature is the hexadecimal HMAC-SHA256 of the timestamp header as it stands, a dot, and the raw body. Neither the
 * unit of the timestamp nor the letter case of the signature is stated, so seconds, milliseconds and ISO 8601 in either
 * case are read. The JSON of an event is not published beyond the names in prose; what is not there stays null.
 * @see https://dev.redcloud.live/webhooks/signature-verification
 */
import type { Hashing, WebhookReading, WebhookRequest, Webhooks } from "@landline/core";
import { isRecord } from "@landline/core";
import { bytesOfHex, hex, textOf, utf8 } from "../http/bytes.ts";
import { jsonOf } from "../http/json.ts";
import { eventOf } from "./events.ts";

/**
 * Events of one account.
 * @param secrets that may have signed: two during a rotation
 * @param toleranceMs how far the signed timestamp may be from now; null: any
 */
export function redCloudWebhooks(secrets: readonly string[], toleranceMs: number | null): Webhooks {
  return {
    read(request, hashing, now): WebhookReading {
      const timestamp = request.headers["x-redcloud-timestamp"];
      const signature = request.headers["x-redcloud-signature"];
      if (timestamp === undefined || timestamp === "" || signature === undefined || signature === "") {
        return {
          ok: false,
          reason: "unsigned",
          message: "The event has no X-RedCloud-Timestamp or no X-RedCloud-Signature: enable signing at Red Cloud",
        };
      }
      if (!isSigned(request, timestamp, signature, secrets, hashing)) {
        return {
          ok: false,
          reason: "bad_signature",
          message: "The signature does not match: check the webhook secret",
        };
      }
      if (toleranceMs !== null && !isRecent(timestamp, toleranceMs, now)) {
        return { ok: false, reason: "stale", message: "The signed timestamp is too far from now, or not a time" };
      }
      return readSigned(request, hashing);
    },
  };
}

function isSigned(
  request: WebhookRequest,
  timestamp: string,
  signature: string,
  secrets: readonly string[],
  hashing: Hashing,
): boolean {
  const given = bytesOfHex(signature);
  if (given === null) return false;
  const start = utf8(`${timestamp}.`);
  const signed = new Uint8Array(start.length + request.body.length);
  signed.set(start);
  signed.set(request.body, start.length);
  return secrets.some((secret) => hashing.equal(hashing.hmac("sha256", secret, signed), given));
}

function isRecent(timestamp: string, toleranceMs: number, now: number): boolean {
  const at = instantOf(timestamp);
  return at !== null && Math.abs(now - at) <= toleranceMs;
}

/** Ten digits are seconds until the year 2286, so what is larger is milliseconds. */
function instantOf(text: string): number | null {
  if (/^\d{1,16}(\.\d{1,9})?$/.test(text)) return Number(text) < 1e11 ? Number(text) * 1_000 : Number(text);
  if (!/^\d{4}-\d{2}-\d{2}T/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
}

/** One event, a list of them, or an envelope with the event in `data`. */
function readSigned(request: WebhookRequest, hashing: Hashing): WebhookReading {
  const text = textOf(request.body);
  const parsed = text === null ? undefined : jsonOf(text);
  if (parsed === undefined) return { ok: false, reason: "unreadable", message: "The body is not JSON" };
  const records = [parsed].flat().filter(isRecord);
  const digest = hex(hashing.digest("sha256", request.body));
  return { ok: true, events: records.flatMap((record, index) => eventOf(record, `${digest}:${index}`)) };
}
