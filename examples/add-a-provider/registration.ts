/** How a Telnyx account is written in a configuration. */
import type { Registration } from "@landline/providers";
import { baseAddress, configFaults } from "@landline/providers/kit";
import type { AccountRules } from "@landline/providers/kit";
import { telnyxErrors } from "./errors.ts";
import { readAnswer } from "./observe.ts";
import { telnyx } from "./telnyx.ts";

const account: AccountRules = {
  rules: { apiKey: { type: "text", max: 4096 }, baseUrl: { type: "text", form: baseAddress } },
  required: ["apiKey"],
};

/** One line in the registry makes every command know it. */
export const telnyxRegistration: Registration = {
  name: "telnyx",
  faults: (config, path) => configFaults(config, path, account),
  create(config) {
    const { provider: _provider, ...options } = config;
    return telnyx(options as unknown as Parameters<typeof telnyx>[0]);
  },
  explaining: { name: "telnyx", errors: telnyxErrors, explain: readAnswer },
};
