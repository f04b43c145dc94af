/**
 * `verifications.create`: a one-time code for a person.
 *
 * Starting again while a verification lives sends the code once more, so a start is not idempotent, though it is
 * bounded (five sends). Doubt parks: the list of attempts could be searched, but nothing says how soon an attempt
 * appears in it, a code is worthless soon, and the person who waits for it can ask again.
 * @see https://www.twilio.com/docs/verify/api/verification
 */
import type { Operation, Prepared } from "@landline/core";
import { jsonObject, matching } from "../../input/forms.ts";
import { prepared } from "../../input/prepare.ts";
import type { Defect, FieldRules } from "../../input/rules.ts";
import type { Account } from "../account.ts";
import { sidRule, verificationSid } from "../ids.ts";
import type { VerificationCreateInput } from "../inputs.ts";
import { readAnswer } from "../observe.ts";
import { createRequest, formOf } from "../request.ts";

const docs = "https://www.twilio.com/docs/verify/api/verification#start-new-verification";
const text = { type: "text", max: 4096 } as const;
const json = { type: "text", form: jsonObject } as const;

const rules: FieldRules = {
  ServiceSid: sidRule("VA"),
  To: { type: "text", max: 320 },
  Channel: { type: "choice", of: ["sms", "call", "email", "whatsapp", "sna", "auto", "rcs"] },
  CustomFriendlyName: text,
  CustomMessage: text,
  SendDigits: { type: "text", max: 32, form: matching(/^[0-9#*wW]+$/, "made of digits, #, * and w") },
  Locale: { type: "text", max: 35 },
  CustomCode: { type: "text", form: matching(/^[A-Za-z0-9]{4,10}$/, "4 to 10 letters or digits") },
  Amount: text,
  Payee: text,
  RateLimits: json,
  ChannelConfiguration: json,
  AppHash: { type: "text", form: matching(/^[A-Za-z0-9+/]{11}$/, "11 characters") },
  TemplateSid: sidRule("HJ"),
  TemplateCustomSubstitutions: json,
  DeviceIp: { type: "text", max: 45 },
  EnableSnaClientToken: { type: "flag" },
  RiskCheck: { type: "choice", of: ["enable", "disable"] },
  Tags: json,
};
/** The service is part of the address, everything else of the form. */
const fields = Object.keys(rules).filter((field) => field !== "ServiceSid");

/** The operation for one account. */
export function verificationsCreate(account: Account): Operation<VerificationCreateInput> {
  const across = acrossOf(account);
  return {
    name: "verifications.create",
    traits: {
      family: "verifications",
      effect: "create",
      doubt: "park",
      keyLifetimeMs: null,
      lookupSettleMs: 0,
      ordered: false,
    },
    prepare: (input): Prepared<VerificationCreateInput> =>
      prepared(input, { rules, required: ["ServiceSid", "To", "Channel"], across, docs }),
    describe: (input, context) =>
      createRequest(
        `${account.endpoints.verify}/v2/Services/${input.ServiceSid}/Verifications`,
        formOf(input, fields),
        context,
      ),
    observe: (observation) => readAnswer(observation, verificationSid, account.errors),
    lookup: null,
    poll: null,
    recipient: (input) => input.To,
    sender: () => null,
    subject: () => null,
  };
}

function acrossOf({ numberFault }: Account): (input: Record<string, unknown>) => readonly Defect[] {
  return (input) => {
    const to = input["To"];
    if (typeof to !== "string" || to === "") return [];
    if (input["Channel"] === "email") {
      return /^[^\s@]+@[^\s@]+$/.test(to)
        ? []
        : [{ field: "To", message: "must be an e-mail address for channel email" }];
    }
    const fault = numberFault(to);
    return fault === null ? [] : [{ field: "To", message: fault }];
  };
}
