/** How a Noticia account is written in a configuration. */
import type { AccountRules } from "../input/config.ts";
import { configFaults } from "../input/config.ts";
import { baseAddress, matching } from "../input/forms.ts";
import type { Registration } from "../registration.ts";
import { noticiaErrors } from "./error-codes.ts";
import { explainAnswer } from "./observe.ts";
import type { NoticiaOptions } from "./options.ts";
import { noticia } from "./provider.ts";

const account: AccountRules = {
  rules: {
    // The prefix is documented, but a test double may do without; what cannot stand in a header is a mistake anywhere.
    apiKey: { type: "text", max: 4096, form: matching(/^[\x21-\x7e]+$/, "a key (ntca_…) without spaces") },
    baseUrl: { type: "text", form: baseAddress },
  },
  required: ["apiKey"],
};

/** See {@link Registration}. */
export const noticiaRegistration: Registration = {
  name: "noticia",
  faults: (config, path) => configFaults(config, path, account),
  create(config) {
    const { provider: _provider, ...options } = config;
    return noticia(options as unknown as NoticiaOptions);
  },
  explaining: { name: "noticia", errors: noticiaErrors, explain: explainAnswer },
};
