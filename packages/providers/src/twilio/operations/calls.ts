/**
 * `calls.create`: one outbound call.
 *
 * Calls above the account's rate are queued by Twilio, not refused. There is no idempotency key: doubt is resolved by
 * looking.
 * @see https://www.twilio.com/docs/voice/api/call-resource
 */
import type { Operation, Prepared, RequestContext, RequestDescription } from "@landline/core";
import { matching, webUrl } from "../../input/forms.ts";
import { prepared } from "../../input/prepare.ts";
import type { Defect, FieldRules } from "../../input/rules.ts";
import { isAbsent } from "../../input/rules.ts";
import type { Account } from "../account.ts";
import { callRecipient, callSender } from "../addresses.ts";
import { callSid, sidRule } from "../ids.ts";
import type { CallCreateInput, CallEvent } from "../inputs.ts";
import { callLookup } from "../lookup.ts";
import { readAnswer } from "../observe.ts";
import { appended, callbackOf, createRequest, formOf } from "../request.ts";

const docs = "https://www.twilio.com/docs/voice/api/call-resource#create-a-call-resource";
const url = { type: "text", form: webUrl() } as const;
const callback = { type: "text", form: webUrl({ underscoreInHost: false }) } as const;
const method = { type: "choice", of: ["GET", "POST"] } as const;
const name = { type: "text", max: 4096 } as const;

const rulesOf = ({ numberFault }: Account): FieldRules => ({
  To: { type: "text", form: callRecipient(numberFault) },
  From: { type: "text", form: callSender(numberFault) },
  Url: url,
  Twiml: { type: "text", max: 4000 },
  ApplicationSid: sidRule("AP"),
  Method: method,
  FallbackUrl: url,
  FallbackMethod: method,
  StatusCallback: callback,
  StatusCallbackEvent: {
    type: "list",
    of: { type: "choice", of: ["initiated", "ringing", "answered", "completed"] },
    max: 4,
  },
  StatusCallbackMethod: method,
  SendDigits: { type: "text", max: 32, form: matching(/^[0-9#*wW]+$/, "made of digits, #, * and w") },
  Timeout: { type: "integer", min: 1, max: 600 },
  Record: { type: "flag" },
  RecordingChannels: { type: "choice", of: ["mono", "dual"] },
  RecordingStatusCallback: callback,
  RecordingStatusCallbackMethod: method,
  RecordingStatusCallbackEvent: {
    type: "list",
    of: { type: "choice", of: ["in-progress", "completed", "absent"] },
    max: 3,
  },
  RecordingTrack: { type: "choice", of: ["inbound", "outbound", "both"] },
  SipAuthUsername: name,
  SipAuthPassword: name,
  MachineDetection: { type: "choice", of: ["Enable", "DetectMessageEnd"] },
  MachineDetectionTimeout: { type: "integer", min: 3, max: 59 },
  MachineDetectionSpeechThreshold: { type: "integer", min: 1000, max: 6000 },
  MachineDetectionSpeechEndThreshold: { type: "integer", min: 500, max: 5000 },
  MachineDetectionSilenceTimeout: { type: "integer", min: 2000, max: 10_000 },
  AsyncAmd: { type: "flag" },
  AsyncAmdStatusCallback: callback,
  AsyncAmdStatusCallbackMethod: method,
  Trim: { type: "choice", of: ["trim-silence", "do-not-trim"] },
  CallerId: name,
  Byoc: sidRule("BY"),
  CallReason: name,
  CallToken: name,
  TimeLimit: { type: "integer", min: 1, max: 1_000_000 },
  ClientNotificationUrl: url,
});
const instructions = ["Url", "Twiml", "ApplicationSid"];
const allEvents: readonly CallEvent[] = ["initiated", "ringing", "answered", "completed"];

/** The operation for one account. */
export function callsCreate(account: Account): Operation<CallCreateInput> {
  const target = `${account.accountUrl}/Calls.json`;
  const rules = rulesOf(account);
  const fields = Object.keys(rules);
  const completion = account.from?.startsWith("+") === true ? { From: account.from } : null;
  return {
    name: "calls.create",
    traits: {
      family: "calls",
      effect: "create",
      doubt: "lookup",
      keyLifetimeMs: null,
      lookupSettleMs: account.lookupSettleMs,
      ordered: false,
    },
    prepare(input): Prepared<CallCreateInput> {
      const defaults = (given: Record<string, unknown>): typeof completion =>
        isAbsent(given["From"]) ? completion : null;
      return prepared(input, { rules, required: ["To", "From"], across, defaults, docs });
    },
    describe(input, context): RequestDescription {
      return createRequest(target, bodyOf(input, fields, context, account.statusCallback), context);
    },
    observe: (observation) => readAnswer(observation, callSid, account.errors),
    lookup: callLookup(account),
    poll: null,
    recipient: (input) => input.To,
    sender: (input) => input.From,
    subject: () => null,
  };
}

/** With `ApplicationSid` Twilio takes the callback of the application and ignores ours. */
function bodyOf(
  input: CallCreateInput,
  fields: readonly string[],
  context: RequestContext,
  ownCallback: string | null,
): string {
  let body = formOf(input, fields);
  const address = context.callbackUrl ?? ownCallback;
  if (address === null || !isAbsent(input.StatusCallback) || !isAbsent(input.ApplicationSid)) return body;
  body = appended(body, "StatusCallback", callbackOf(address, context.operationId));
  if (!isAbsent(input.StatusCallbackEvent)) return body;
  for (const event of allEvents) body = appended(body, "StatusCallbackEvent", event);
  return body;
}

function across(input: Record<string, unknown>): readonly Defect[] {
  const given = instructions.filter((field) => !isAbsent(input[field]));
  if (given.length === 0) return [{ field: "Url", message: "or Twiml or ApplicationSid is required" }];
  return given.slice(1).map((field) => ({ field, message: `must not be given together with ${given[0]}` }));
}
