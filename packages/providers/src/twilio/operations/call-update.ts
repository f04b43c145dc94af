/**
 * `calls.update`: end a call, or let it go on with other instructions.
 *
 * Ending is a state and can be looked up. New instructions start from their beginning each time they are given, and
 * nothing at Twilio shows whether they were: doubt about those is a person's.
 * @see https://www.twilio.com/docs/voice/api/call-resource#update-a-call-resource
 */
import type { Lookup, LookupReading, Operation, Prepared } from "@landline/core";
import { webUrl } from "../../input/forms.ts";
import { prepared } from "../../input/prepare.ts";
import type { Defect, FieldRules } from "../../input/rules.ts";
import { isAbsent } from "../../input/rules.ts";
import type { Account } from "../account.ts";
import { callSid, sidRule } from "../ids.ts";
import type { CallUpdateInput } from "../inputs.ts";
import { readOne, unanswerable } from "../lookup.ts";
import { readChange } from "../observe.ts";
import { changeRequest, formOf, getRequest } from "../request.ts";

const docs = "https://www.twilio.com/docs/voice/api/call-resource#update-a-call-resource";
const url = { type: "text", form: webUrl() } as const;
const method = { type: "choice", of: ["GET", "POST"] } as const;

const rules: FieldRules = {
  Sid: sidRule("CA"),
  Status: { type: "choice", of: ["canceled", "completed"] },
  Url: url,
  Twiml: { type: "text", max: 4000 },
  Method: method,
  FallbackUrl: url,
  FallbackMethod: method,
  StatusCallback: { type: "text", form: webUrl({ underscoreInHost: false }) },
  StatusCallbackMethod: method,
  TimeLimit: { type: "integer", min: 1, max: 1_000_000 },
};
/** The call is part of the address, everything else of the form. */
const fields = Object.keys(rules).filter((field) => field !== "Sid");

/** The operation for one account. */
export function callsUpdate(account: Account): Operation<CallUpdateInput> {
  const address = (input: CallUpdateInput): string => `${account.accountUrl}/Calls/${input.Sid}.json`;
  return {
    name: "calls.update",
    traits: {
      family: "calls",
      effect: "create",
      doubt: "lookup",
      keyLifetimeMs: null,
      lookupSettleMs: account.lookupSettleMs,
      ordered: false,
    },
    prepare: (input): Prepared<CallUpdateInput> => prepared(input, { rules, required: ["Sid"], across, docs }),
    describe: (input) => changeRequest(address(input), formOf(input, fields)),
    observe: (observation) => readChange(observation, callSid, account.errors),
    lookup: endLookup(account, address),
    poll: null,
    recipient: () => null,
    sender: () => null,
    subject: () => null,
  };
}

const finished = new Set(["completed", "canceled", "busy", "failed", "no-answer"]);

/** A call that has ended is what was asked for, whoever ended it; so it is dated to the look. */
function endLookup(account: Account, address: (input: CallUpdateInput) => string): Lookup<CallUpdateInput> {
  return {
    describe: (input) => getRequest(address(input)),
    read(observation, input, now): LookupReading {
      if (input.Status === undefined)
        return unanswerable("Twilio does not show whether a call received new instructions");
      const reading = readOne(observation, callSid, now, account);
      if (!reading.ok) return reading;
      const ended = reading.candidates.filter(({ providerStatus }) => finished.has(providerStatus ?? ""));
      return {
        ...reading,
        candidates: ended.map((candidate) => ({ ...candidate, createdAt: reading.providerNow ?? now })),
      };
    },
  };
}

function across(input: Record<string, unknown>): readonly Defect[] {
  if (fields.every((field) => isAbsent(input[field])))
    return [{ field: "Status", message: "or another field to change is required" }];
  const instructions = ["Status", "Url", "Twiml"].filter((field) => !isAbsent(input[field]));
  return instructions
    .slice(1)
    .map((field) => ({ field, message: `must not be given together with ${instructions[0]}` }));
}
