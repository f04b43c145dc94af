/** How a Twilio account is written in a configuration. */
import type { ConfigFault } from "@landline/core";
import { parseDuration } from "@landline/core";
import type { AccountRules } from "../input/config.ts";
import { configFaults, isGiven } from "../input/config.ts";
import { baseAddress, matching, webUrl } from "../input/forms.ts";
import type { Defect, Form } from "../input/rules.ts";
import { numberFault } from "../phone/e164.ts";
import type { Registration } from "../registration.ts";
import { messageSender } from "./addresses.ts";
import { twilioErrors } from "./error-codes.ts";
import { messagingServiceSid, sidRule } from "./ids.ts";
import { explainAnswer } from "./observe.ts";
import type { TwilioOptions } from "./options.ts";
import { twilio } from "./provider.ts";

const secret = { type: "text", max: 4096 } as const;
const place = { type: "text", form: matching(/^[a-z0-9-]+$/, "lower-case letters, digits and hyphens") } as const;

const duration: Form = (text) => (parseDuration(text) === null ? 'must be a duration such as "15s"' : null);
const sender: Form = (text) => (messagingServiceSid.test(text) ? null : messageSender(numberFault)(text));

const account: AccountRules = {
  rules: {
    accountSid: sidRule("AC"),
    authToken: secret,
    apiKey: sidRule("SK"),
    apiSecret: secret,
    clientId: secret,
    clientSecret: secret,
    baseUrl: { type: "text", form: baseAddress },
    region: place,
    edge: place,
    lookupSettle: { type: "text", form: duration },
    statusCallback: { type: "text", form: webUrl({ underscoreInHost: false }) },
    from: { type: "text", form: sender },
    webhookSecret: { type: "list", of: secret, max: 5 },
  },
  required: ["accountSid"],
  across: credentialDefects,
};

/** See {@link Registration}. */
export const twilioRegistration: Registration = {
  name: "twilio",
  faults: (config, path): readonly ConfigFault[] => configFaults(config, path, account),
  create(config) {
    const { provider: _provider, ...options } = config;
    return twilio(options as unknown as TwilioOptions);
  },
  explaining: {
    name: "twilio",
    errors: twilioErrors,
    explain: (observation) => explainAnswer(observation, twilioErrors),
  },
};

function credentialDefects(config: Record<string, unknown>): readonly Defect[] {
  const has = (key: string): boolean => isGiven(config, key);
  const defects: Defect[] = [];
  for (const [left, right] of [
    ["apiKey", "apiSecret"],
    ["clientId", "clientSecret"],
  ] as const) {
    if (has(left) && !has(right)) defects.push({ field: right, message: `is required with ${left}` });
    if (has(right) && !has(left)) defects.push({ field: left, message: `is required with ${right}` });
  }
  if (has("apiKey") && has("clientId"))
    defects.push({ field: "clientId", message: "must not be given together with apiKey" });
  if (!has("authToken") && !has("apiKey") && !has("clientId")) {
    defects.push({
      field: "authToken",
      message: "or apiKey with apiSecret, or clientId with clientSecret, is required",
    });
  }
  return defects;
}
