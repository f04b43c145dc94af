/** How a Red Cloud account is written in a configuration. */
import { parseDuration } from "@landline/core";
import type { AccountRules } from "../input/config.ts";
import { configFaults } from "../input/config.ts";
import { baseAddress } from "../input/forms.ts";
import type { Form } from "../input/rules.ts";
import type { Registration } from "../registration.ts";
import { redCloudErrors } from "./error-codes.ts";
import { numberIdFault } from "./number-id.ts";
import { explainAnswer } from "./observe.ts";
import type { RedCloudOptions } from "./options.ts";
import { redCloud } from "./provider.ts";

const secret = { type: "text", max: 4096 } as const;

/** A colon would end the name in HTTP Basic (RFC 7617 §2). */
const clientId: Form = (text) => (text.includes(":") ? "must not contain a colon" : null);
const tolerance: Form = (text) =>
  text === "off" || parseDuration(text) !== null ? null : 'must be a duration such as "90m", or "off"';

const account: AccountRules = {
  rules: {
    baseUrl: { type: "text", form: baseAddress },
    clientId: { type: "text", max: 4096, form: clientId },
    clientSecret: secret,
    sendFrom: { type: "text", form: numberIdFault },
    webhookSecret: { type: "list", of: secret, max: 5 },
    webhookTolerance: { type: "text", form: tolerance },
  },
  required: ["baseUrl", "clientId", "clientSecret"],
};

/** See {@link Registration}. */
export const redCloudRegistration: Registration = {
  name: "red-cloud",
  faults: (config, path) => configFaults(config, path, account),
  create(config) {
    const { provider: _provider, ...options } = config;
    return redCloud(options as unknown as RedCloudOptions);
  },
  explaining: { name: "red-cloud", errors: redCloudErrors, explain: explainAnswer },
};
