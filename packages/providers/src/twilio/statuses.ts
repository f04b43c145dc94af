/**
 * The order of Twilio's status words. Callbacks come in any order; a higher rank never goes back to a lower one.
 */
import type { ReceiptEvent } from "@landline/core";

/** What one status word means. */
export interface StatusRank {
  readonly rank: number;
  readonly meaning: ReceiptEvent["meaning"];
}

const ranks = (
  words: Readonly<Record<string, readonly [number, StatusRank["meaning"]]>>,
): ReadonlyMap<string, StatusRank> =>
  new Map(Object.entries(words).map(([word, [rank, meaning]]) => [word, { rank, meaning }]));

/**
 * Messages. A `delivered` may follow an `undelivered` when a carrier's receipt is late, and `read` follows both, so
 * they rank above it.
 * @see https://www.twilio.com/docs/messaging/guides/track-outbound-message-status
 */
const messageStatuses = ranks({
  scheduled: [10, "progress"],
  accepted: [10, "progress"],
  queued: [20, "progress"],
  sending: [30, "progress"],
  sent: [40, "progress"],
  canceled: [50, "undelivered"],
  failed: [50, "undelivered"],
  undelivered: [50, "undelivered"],
  partially_delivered: [55, "delivered"],
  delivered: [60, "delivered"],
  read: [70, "delivered"],
  receiving: [10, "inbound"],
  received: [20, "inbound"],
});

/**
 * Calls. A call that was answered and ended is as delivered as a call can be.
 * @see https://www.twilio.com/docs/voice/api/call-resource#call-status-values
 */
const callStatuses = ranks({
  queued: [10, "progress"],
  initiated: [20, "progress"],
  ringing: [30, "progress"],
  "in-progress": [40, "progress"],
  answered: [40, "progress"],
  busy: [50, "undelivered"],
  failed: [50, "undelivered"],
  "no-answer": [50, "undelivered"],
  canceled: [50, "undelivered"],
  completed: [60, "delivered"],
});

/** A word Twilio added since: it is kept, and changes nothing. */
const unknownStatus: StatusRank = { rank: 1, meaning: "progress" };

/** Reads a message's status. */
export function messageStatus(word: string): StatusRank {
  return messageStatuses.get(word) ?? unknownStatus;
}

/** Reads a call's status. */
export function callStatus(word: string): StatusRank {
  return callStatuses.get(word) ?? unknownStatus;
}
