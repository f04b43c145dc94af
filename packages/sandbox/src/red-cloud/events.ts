/**
 * `message.*` events: signed over timestamp and raw body, with a sequence, retried after 1, 5, 15 and 60 minutes.
 *
 * The JSON of an event is not published; the field names that the pages mention in prose are used
 * (`messageId`, `externalReference`, `sequence`, `providerMessageRef`, failure details).
 */
import { createHmac } from "node:crypto";
import { randomHex } from "../random.ts";
import type { Callback } from "../webhooks/courier.ts";

/** Where events go and how. */
export interface RedCloudWebhook {
  readonly url: string;
  /** Null or absent: signing is not enabled. */
  readonly secret?: string | null;
  /** Milliseconds before each further attempt. Default 1, 5, 15, 60 minutes; tests want it shorter. */
  readonly retryMs?: readonly number[];
  /** Milliseconds without an answer that end an attempt. Default 15,000. */
  readonly timeoutMs?: number;
}

const documentedRetryMs = [60_000, 300_000, 900_000, 3_600_000];

/** `X-RedCloud-Signature`: hex HMAC-SHA256 of `timestamp.body`. */
export function signEvent(secret: string, timestamp: string, body: string): string {
  return createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
}

/** What one message tells about itself. */
export interface MessageStory {
  readonly messageId: string;
  readonly from: string;
  readonly to: string;
  readonly externalReference: string | null;
  /** Epoch milliseconds. */
  readonly at: number;
  /** The code of its failure, or null when it is delivered. */
  readonly failure: string | null;
}

/** The events of a sent message. */
export function lifeEvents(
  story: MessageStory,
  webhook: RedCloudWebhook,
  stepMs: number,
  now: () => number,
): readonly Callback[] {
  const types =
    story.failure === null
      ? ["message.queued", "message.sent", "message.delivery"]
      : ["message.queued", "message.failed"];
  const providerMessageRef = `pmr_${randomHex(8)}`;
  return types.map((type, index) => {
    const event = {
      type,
      messageId: story.messageId,
      externalReference: story.externalReference,
      sequence: index + 1,
      occurredAt: new Date(story.at + index * stepMs).toISOString(),
      from: story.from,
      to: story.to,
      ...(index === 0 ? {} : { providerMessageRef }),
      ...(type === "message.failed"
        ? { failure: { code: story.failure, message: "The carrier refused the message" } }
        : {}),
    };
    return eventCallback(event, webhook, (index + 1) * stepMs, now);
  });
}

/** One event as a callback. Every attempt is signed with the time it is made at. */
export function eventCallback(
  event: { readonly type: string; readonly messageId: string },
  webhook: RedCloudWebhook,
  afterMs: number,
  now: () => number,
): Callback {
  const body = JSON.stringify(event);
  return {
    id: event.messageId,
    status: event.type,
    afterMs,
    timeoutMs: webhook.timeoutMs ?? 15_000,
    retryMs: webhook.retryMs ?? documentedRetryMs,
    still: () => true,
    retries: () => true,
    request(_, forged) {
      const timestamp = String(Math.floor(now() / 1_000));
      const secret = webhook.secret ?? null;
      const signature =
        secret === null
          ? {}
          : {
              "x-redcloud-timestamp": timestamp,
              "x-redcloud-signature": signEvent(forged ? `not-${secret}` : secret, timestamp, body),
            };
      return { url: webhook.url, headers: { "content-type": "application/json", ...signature }, body };
    },
  };
}
