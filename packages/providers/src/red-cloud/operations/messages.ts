/**
 * `messages.send`: one SMS or MMS.
 *
 * The key is required and trusted: the same key with the same bytes gives the first answer again. For how long is not
 * published; 24 hours is our own limit, after which doubt is a person's.
 * @see https://dev.redcloud.live/messaging/send-message
 */
import type { Operation, RequestDescription } from "@landline/core";
import { webUrl } from "../../input/forms.ts";
import { prepared } from "../../input/prepare.ts";
import type { Defect, FieldRules } from "../../input/rules.ts";
import { isAbsent } from "../../input/rules.ts";
import { numberFault } from "../../phone/e164.ts";
import { numberIdFault } from "../number-id.ts";
import { notFromToken, readSend } from "../observe.ts";
import { keyedRequest } from "../request.ts";
import type { RedCloudMessageInput } from "../values.ts";

const docs = "https://dev.redcloud.live/messaging/send-message";

/** No page limits the number of recipients or media; these are ours, against accidents. */
const recipientsMax = 1_000;
const mediaMax = 100;

const rules: FieldRules = {
  sendFrom: { type: "text", form: numberIdFault },
  to: { type: "list", of: { type: "text", form: numberFault }, max: recipientsMax },
  messageType: { type: "choice", of: ["SMS", "MMS"] },
  text: { type: "text" },
  media: { type: "list", of: { type: "text", form: webUrl() }, max: mediaMax },
  externalReference: { type: "text", max: 255 },
};

/** How long a key is trusted, in milliseconds. */
const keyLifetimeMs = 86_400_000;

/** The operation for one account. */
export function messagesSend(baseUrl: string, sendFrom: string | null): Operation<RedCloudMessageInput> {
  return {
    name: "messages.send",
    traits: {
      family: "messages",
      effect: "create",
      doubt: "deduplicate",
      keyLifetimeMs,
      lookupSettleMs: 0,
      ordered: false,
    },
    prepare: (input) =>
      prepared(input, {
        rules,
        required: ["sendFrom", "to"],
        across,
        defaults: (given) => defaultsOf(given, sendFrom),
        docs,
      }),
    describe: (input, { operationId, idempotencyKey }): RequestDescription => {
      const body = {
        sendFrom: input.sendFrom,
        to: listOf(input.to),
        messageType: input.messageType,
        text: textOf(input.text),
        media: isAbsent(input.media) ? undefined : listOf(input.media),
        externalReference: textOf(input.externalReference) ?? textOf(operationId),
      };
      return keyedRequest(`${baseUrl}/api/core/messages/send`, body, idempotencyKey);
    },
    observe: (observation, input) => notFromToken(readSend(observation, listOf(input.to))),
    lookup: null,
    poll: null,
    recipient: ({ to }) => (listOf(to).length === 1 ? (listOf(to)[0] ?? null) : null),
    recipients: ({ to }) => listOf(to),
    reference: ({ externalReference }) => externalReference ?? null,
    sender: (input) => input.sendFrom ?? null,
    subject: () => null,
  };
}

function defaultsOf(input: Record<string, unknown>, sendFrom: string | null): Record<string, unknown> {
  const messageType = isAbsent(input["media"]) ? "SMS" : "MMS";
  return {
    ...(isAbsent(input["sendFrom"]) && sendFrom !== null ? { sendFrom } : {}),
    ...(isAbsent(input["messageType"]) ? { messageType } : {}),
  };
}

/** Rules that concern several fields at once. */
function across(input: Record<string, unknown>): readonly Defect[] {
  const defects: Defect[] = [];
  const has = (field: string): boolean => !isAbsent(input[field]);
  if (input["messageType"] === "SMS" && has("media"))
    defects.push({ field: "media", message: "must not be given for an SMS; use messageType MMS" });
  if (input["messageType"] === "MMS" && !has("media"))
    defects.push({ field: "media", message: "is required for an MMS" });
  if (input["messageType"] === "SMS" && !has("text"))
    defects.push({ field: "text", message: "is required for an SMS" });
  const { to } = input;
  if (Array.isArray(to) && new Set(to).size < to.length)
    defects.push({ field: "to", message: "names the same recipient twice" });
  return defects;
}

function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === "string" ? [value] : value;
}

function textOf(value: string | null | undefined): string | undefined {
  return value ?? undefined;
}
