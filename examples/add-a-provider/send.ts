/** `messages.send`: one SMS or MMS. */
import type { Observation, Operation, Poll, ReceiptEvent } from "@landline/core";
import { numberFault, prepared, webUrl } from "@landline/providers/kit";
import type { Defect, FieldRules } from "@landline/providers/kit";
import { readAnswer, statusOf } from "./observe.ts";

/** Input of `messages.send`, in Telnyx's own names. */
export interface TelnyxMessageInput {
  readonly to: string;
  readonly from: string;
  readonly text?: string;
  readonly media_urls?: readonly string[];
}

const docs = "https://developers.telnyx.com/api-reference/messages/send-a-message";
const rules: FieldRules = {
  to: { type: "text", form: numberFault },
  from: { type: "text", max: 15 },
  text: { type: "text", max: 1_600 },
  media_urls: { type: "list", of: { type: "text", form: webUrl() }, max: 10 },
};

/** The operation for one account. */
export function messagesSend(baseUrl: string): Operation<TelnyxMessageInput> {
  return {
    name: "messages.send",
    // No page says that a repeated send is de-duplicated, and sent messages cannot be searched: doubt is a person's.
    traits: {
      family: "messages",
      effect: "create",
      doubt: "park",
      keyLifetimeMs: null,
      lookupSettleMs: 0,
      ordered: false,
    },
    prepare: (input) => prepared(input, { rules, required: ["to", "from"], across: somethingToSend, docs }),
    describe: ({ to, from, text, media_urls }, context) => ({
      method: "POST",
      url: `${baseUrl}/v2/messages`,
      headers: {
        accept: "application/json",
        "content-type": "application/json",
        "idempotency-key": context.idempotencyKey,
      },
      body: JSON.stringify({ to, from, text, media_urls, webhook_url: context.callbackUrl ?? undefined }),
    }),
    observe: readAnswer,
    lookup: null,
    poll: pollOf(baseUrl),
    recipient: ({ to }) => to,
    sender: ({ from }) => from,
    subject: () => null,
  };
}

function somethingToSend(input: Record<string, unknown>): readonly Defect[] {
  return input["text"] === undefined && input["media_urls"] === undefined
    ? [{ field: "text", message: "or media_urls is required" }]
    : [];
}

function pollOf(baseUrl: string): Poll {
  return {
    describe: (id) => ({
      method: "GET",
      url: `${baseUrl}/v2/messages/${encodeURIComponent(id.toWellFormed())}`,
      headers: { accept: "application/json" },
      body: null,
    }),
    read(observation: Observation): ReceiptEvent | null {
      const { accepted } = readAnswer(observation);
      if (accepted === null) return null;
      const status = statusOf(accepted.value as Record<string, unknown>);
      if (status === null) return null;
      const failed = status.endsWith("failed");
      const meaning = status === "delivered" ? "delivered" : failed ? "undelivered" : "progress";
      const rank = { progress: 10, undelivered: 50, delivered: 60 }[meaning];
      return {
        providerId: accepted.providerId,
        operationId: null,
        status,
        rank,
        meaning,
        code: null,
        message: null,
        at: null,
        dedupeKey: `${accepted.providerId}:${status}`,
        optedOut: null,
      };
    },
  };
}
