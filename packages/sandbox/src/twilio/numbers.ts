/**
 * Which numbers are refused, and how: Twilio's magic test numbers first, then the lists a test chooses.
 *
 * Source of the magic numbers: https://www.twilio.com/docs/iam/test-credentials. Statuses as observed (400; 429 for a
 * full queue).
 */
import type { Recipients } from "../faults/rules.ts";

/** Status and code of a refusal. */
export interface NumberRefusal {
  readonly status: number;
  readonly code: number;
}

const bad = (code: number, status = 400): NumberRefusal => ({ status, code });

const messageTo: Readonly<Record<string, NumberRefusal>> = {
  "+15005550001": bad(21211),
  "+15005550002": bad(21612),
  "+15005550003": bad(21408),
  "+15005550004": bad(21610),
  "+15005550009": bad(21614),
};

const messageFrom: Readonly<Record<string, NumberRefusal>> = {
  "+15005550001": bad(21212),
  "+15005550007": bad(21606),
  "+15005550008": bad(21611, 429),
};

const callTo: Readonly<Record<string, NumberRefusal>> = {
  "+15005550001": bad(21217),
  "+15005550002": bad(21214),
  "+15005550003": bad(21215),
  "+15005550004": bad(21216),
};

const callFrom: Readonly<Record<string, NumberRefusal>> = {
  "+15005550001": bad(21212),
};

/** The number inside a channel address (`whatsapp:+…`), or the text itself. */
export const bareNumber = (address: string): string => address.replace(/^(whatsapp|messenger|rcs|sms):/, "");

const isE164 = (text: string): boolean => /^\+[1-9]\d{6,14}$/.test(text);

/** Why a message to this address is refused, or null. */
export function refuseMessageTo(to: string, recipients: Recipients): NumberRefusal | null {
  const magic = messageTo[to];
  if (magic !== undefined) return magic;
  const number = bareNumber(to);
  if (recipients.opted_out?.includes(number) === true) return bad(21610);
  if (recipients.invalid?.includes(number) === true) return bad(21211);
  if (recipients.landline?.includes(number) === true && number === to) return bad(21614);
  return isE164(number) || /^(messenger|rcs):\S+$/.test(to) ? null : bad(21211);
}

/** Why a message from this sender is refused, or null. */
export function refuseMessageFrom(from: string, senders: readonly string[] | null): NumberRefusal | null {
  const magic = messageFrom[from];
  if (magic !== undefined) return magic;
  if (senders !== null && !senders.includes(from)) return bad(21606);
  const wellFormed =
    isE164(bareNumber(from)) || /^\d{3,8}$/.test(from) || /^(?=.*[A-Za-z])[A-Za-z0-9 +_&-]{1,11}$/.test(from);
  return wellFormed || /^(messenger|rcs):\S+$/.test(from) ? null : bad(21212);
}

/** Why a call to this address is refused, or null. */
export function refuseCallTo(to: string, recipients: Recipients): NumberRefusal | null {
  const magic = callTo[to];
  if (magic !== undefined) return magic;
  if (recipients.invalid?.includes(to) === true) return bad(21217);
  return isE164(to) || /^(sip|client):\S+$/.test(to) ? null : bad(21217);
}

/** Why a call from this number is refused, or null. */
export function refuseCallFrom(from: string, senders: readonly string[] | null): NumberRefusal | null {
  const magic = callFrom[from];
  if (magic !== undefined) return magic;
  if (senders !== null && !senders.includes(from)) return bad(21210);
  return isE164(from) || /^(sip|client):\S+$/.test(from) ? null : bad(21212);
}

/** What a recipient was chosen to end with, or null for a good end. */
export function chosenEnding(to: string, recipients: Recipients): number | string | null {
  return recipients.undelivered?.[to] ?? recipients.undelivered?.[bareNumber(to)] ?? null;
}
