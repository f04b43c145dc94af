/**
 * `messages.create`: one SMS, MMS, WhatsApp, Messenger or RCS message.
 *
 * Twilio has no idempotency key here: a repeated POST can send twice, so doubt is resolved by looking.
 * @see https://www.twilio.com/docs/messaging/api/message-resource
 */
import type { Operation, Prepared, RequestContext, RequestDescription } from "@landline/core";
import { instant, jsonObject, webUrl } from "../../input/forms.ts";
import { prepared } from "../../input/prepare.ts";
import type { Defect, FieldRules } from "../../input/rules.ts";
import { isAbsent } from "../../input/rules.ts";
import type { Account } from "../account.ts";
import { messageRecipient, messageSender } from "../addresses.ts";
import { messageSid, messagingServiceSid, sidRule } from "../ids.ts";
import type { MessageCreateInput } from "../inputs.ts";
import { messageLookup } from "../lookup.ts";
import { readAnswer } from "../observe.ts";
import { appended, callbackOf, createRequest, formOf } from "../request.ts";

const docs = "https://www.twilio.com/docs/messaging/api/message-resource#create-a-message";
const publicUrl = webUrl({ underscoreInHost: false });

const rulesOf = ({ numberFault }: Account): FieldRules => ({
  To: { type: "text", form: messageRecipient(numberFault) },
  From: { type: "text", form: messageSender(numberFault) },
  MessagingServiceSid: sidRule("MG"),
  FallbackFrom: { type: "text", form: messageSender(numberFault) },
  Body: { type: "text", max: 1600 },
  MediaUrl: { type: "list", of: { type: "text", form: webUrl() }, max: 10 },
  ContentSid: sidRule("HX"),
  ContentVariables: { type: "text", form: jsonObject },
  StatusCallback: { type: "text", form: publicUrl },
  ApplicationSid: sidRule("AP"),
  ValidityPeriod: { type: "integer", min: 1, max: 36_000 },
  Attempt: { type: "integer", min: 1, max: 1_000_000 },
  ProvideFeedback: { type: "flag" },
  ContentRetention: { type: "choice", of: ["retain", "discard"] },
  AddressRetention: { type: "choice", of: ["retain", "obfuscate"] },
  SmartEncoded: { type: "flag" },
  ShortenUrls: { type: "flag" },
  SendAsMms: { type: "flag" },
  ForceDelivery: { type: "flag" },
  PersistentAction: { type: "list", of: { type: "text" }, max: 100 },
  TrafficType: { type: "choice", of: ["free"] },
  ScheduleType: { type: "choice", of: ["fixed"] },
  SendAt: { type: "text", form: instant },
  RiskCheck: { type: "choice", of: ["enable", "disable"] },
  MaxPrice: { type: "number", min: 0, max: 1_000_000 },
  MessageIntent: { type: "text" },
});

/** The operation for one account. */
export function messagesCreate(account: Account): Operation<MessageCreateInput> {
  const url = `${account.accountUrl}/Messages.json`;
  const rules = rulesOf(account);
  const fields = Object.keys(rules);
  const defaults = senderDefaults(account.from);
  return {
    name: "messages.create",
    traits: {
      family: "messages",
      effect: "create",
      doubt: "lookup",
      keyLifetimeMs: null,
      lookupSettleMs: account.lookupSettleMs,
      ordered: false,
    },
    prepare(input): Prepared<MessageCreateInput> {
      return prepared(input, { rules, required: ["To"], across, defaults, docs });
    },
    describe(input, context): RequestDescription {
      return createRequest(url, bodyOf(input, fields, context, account.statusCallback), context);
    },
    observe: (observation) => readAnswer(observation, messageSid, account.errors),
    lookup: messageLookup(account),
    poll: null,
    recipient: (input) => input.To,
    sender: (input) => input.From ?? input.MessagingServiceSid ?? null,
    subject: () => null,
  };
}

/** An application (`ApplicationSid`) reports to its own address; ours would silently replace it. */
function bodyOf(
  input: MessageCreateInput,
  fields: readonly string[],
  context: RequestContext,
  ownCallback: string | null,
): string {
  const body = formOf(input, fields);
  const callback = context.callbackUrl ?? ownCallback;
  if (callback === null || !isAbsent(input.StatusCallback) || !isAbsent(input.ApplicationSid)) return body;
  return appended(body, "StatusCallback", callbackOf(callback, context.operationId));
}

/**
 * The account's default sender, as the field it belongs in. A number sends WhatsApp messages under its channel
 * address; Messenger and RCS have senders of their own kind, which no number can stand in for.
 */
function senderDefaults(from: string | null): (input: Record<string, unknown>) => Record<string, unknown> | null {
  if (from === null) return () => null;
  const completion = messagingServiceSid.test(from) ? { MessagingServiceSid: from } : { From: from };
  const whatsapp = from.startsWith("+") ? { From: `whatsapp:${from}` } : completion;
  return (input) => {
    if (!isAbsent(input["From"]) || !isAbsent(input["MessagingServiceSid"])) return null;
    return channelOf(input["To"]) === "whatsapp" ? whatsapp : completion;
  };
}

/** Rules that concern several fields at once. */
function across(input: Record<string, unknown>): readonly Defect[] {
  const defects: Defect[] = [];
  const has = (field: string): boolean => !isAbsent(input[field]);
  const add = (field: string, message: string): void => void defects.push({ field, message });
  if (!has("From") && !has("MessagingServiceSid")) add("From", "or MessagingServiceSid is required");
  if (!has("Body") && !has("MediaUrl") && !has("ContentSid")) add("Body", "or MediaUrl or ContentSid is required");
  if (has("ContentVariables") && !has("ContentSid")) add("ContentVariables", "needs ContentSid");
  if (has("FallbackFrom") && !has("MessagingServiceSid"))
    add("FallbackFrom", "needs MessagingServiceSid with an RCS sender");
  if (has("ScheduleType") && !has("SendAt")) add("SendAt", "is required with ScheduleType");
  if (has("SendAt") && !has("ScheduleType")) add("ScheduleType", 'must be "fixed" when SendAt is given');
  if (has("SendAt") && !has("MessagingServiceSid")) add("MessagingServiceSid", "is required with SendAt");
  if (has("ShortenUrls") && !has("MessagingServiceSid")) add("MessagingServiceSid", "is required with ShortenUrls");
  const channels = [channelOf(input["To"]), channelOf(input["From"])];
  if (channels[0] !== null && channels[1] !== null && channels[0] !== channels[1]) {
    add("From", `is of channel ${channels[1]} but To is of channel ${channels[0]}`);
  }
  return defects;
}

/** `phone` for a plain number, the prefix of a channel address, null for what cannot be told. */
function channelOf(address: unknown): string | null {
  if (typeof address !== "string") return null;
  const prefix = /^(whatsapp|messenger|rcs):/.exec(address)?.[1];
  return prefix ?? (address.startsWith("+") ? "phone" : null);
}
