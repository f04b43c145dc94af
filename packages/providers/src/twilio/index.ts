/**
 * Twilio: messages, calls and verifications.
 *
 * Twilio cannot de-duplicate a repeated create and answers a lost one only to those who look, so every create is
 * looked up before it is repeated, and the operation id travels in the callback address.
 */
import type { Provider } from "@landline/core";
import { parseDuration } from "@landline/core";
import type { Account } from "./account.ts";
import { credentialsOf, secretsOf } from "./auth.ts";
import { endpointsOf } from "./endpoints.ts";
import { twilioErrors } from "./error-codes.ts";
import type { CallCreateTypes, MessageChangeTypes, MessageCreateTypes } from "./inputs.ts";
import { translate } from "./message.ts";
import { explainAnswer } from "./observe.ts";
import { callsCreate } from "./operations/calls.ts";
import { messagesCancel, messagesRedact } from "./operations/changes.ts";
import { messagesCreate } from "./operations/messages.ts";
import type { TwilioOptions } from "./options.ts";

export type * from "./inputs.ts";
export type * from "./options.ts";
export type * from "./values.ts";

/** Input and value of every operation of {@link twilio}. */
export type TwilioOperations = {
  readonly "messages.create": MessageCreateTypes;
  readonly "calls.create": CallCreateTypes;
  readonly "messages.cancel": MessageChangeTypes;
  readonly "messages.redact": MessageChangeTypes;
};

/** How long after its creation a message is certainly listed, in milliseconds. Twilio promises nothing. */
const lookupSettleDefaultMs = 15_000;

/**
 * Twilio with one account's credentials.
 * @throws RangeError when `lookupSettle` is not a duration
 */
export function twilio(options: TwilioOptions): Provider<TwilioOperations> {
  const endpoints = endpointsOf(options);
  const lookupSettleMs =
    options.lookupSettle === undefined ? lookupSettleDefaultMs : parseDuration(options.lookupSettle);
  if (lookupSettleMs === null) throw new RangeError(`lookupSettle must be a duration such as "15s"`);
  const account: Account = {
    endpoints,
    accountUrl: `${endpoints.api}/2010-04-01/Accounts/${options.accountSid}`,
    from: options.from ?? null,
    statusCallback: options.statusCallback ?? null,
    lookupSettleMs,
  };
  return {
    name: "twilio",
    baseUrl: endpoints.api,
    operations: {
      "messages.create": messagesCreate(account),
      "calls.create": callsCreate(account),
      "messages.cancel": messagesCancel(account),
      "messages.redact": messagesRedact(account),
    },
    errors: twilioErrors,
    credentials: credentialsOf(options, endpoints),
    secrets: secretsOf(options),
    webhooks: null,
    probe: null,
    diagnosis: null,
    message: translate,
    explain: explainAnswer,
    statusPage: "https://status.twilio.com/api/v2/summary.json",
  };
}
