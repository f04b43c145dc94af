/**
 * Puts one Twilio account together: its operations, its credentials, its callbacks.
 */
import type { Provider } from "@landline/core";
import { parseDuration } from "@landline/core";
import type { Account } from "./account.ts";
import { credentialsOf, secretsOf, signingTokensOf } from "./auth.ts";
import { endpointsOf } from "./endpoints.ts";
import { twilioErrors } from "./error-codes.ts";
import type {
  CallCreateTypes,
  CallUpdateTypes,
  MessageChangeTypes,
  MessageCreateTypes,
  VerificationCreateTypes,
} from "./inputs.ts";
import { translate } from "./message.ts";
import { explainAnswer } from "./observe.ts";
import { callsUpdate } from "./operations/call-update.ts";
import { callsCreate } from "./operations/calls.ts";
import { messagesCancel, messagesRedact } from "./operations/changes.ts";
import { messagesCreate } from "./operations/messages.ts";
import { verificationsCreate } from "./operations/verifications.ts";
import type { TwilioOptions } from "./options.ts";
import { twilioProbe } from "./probe.ts";
import { twilioWebhooks } from "./webhook.ts";

/** Input and value of every operation of {@link twilio}. */
export type TwilioOperations = {
  readonly "messages.create": MessageCreateTypes;
  readonly "calls.create": CallCreateTypes;
  readonly "verifications.create": VerificationCreateTypes;
  readonly "messages.cancel": MessageChangeTypes;
  readonly "messages.redact": MessageChangeTypes;
  readonly "calls.update": CallUpdateTypes;
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
  const signing = signingTokensOf(options);
  return {
    name: "twilio",
    baseUrl: endpoints.api,
    operations: {
      "messages.create": messagesCreate(account),
      "calls.create": callsCreate(account),
      "verifications.create": verificationsCreate(account),
      "messages.cancel": messagesCancel(account),
      "messages.redact": messagesRedact(account),
      "calls.update": callsUpdate(account),
    },
    errors: twilioErrors,
    credentials: credentialsOf(options, endpoints),
    secrets: secretsOf(options),
    webhooks: signing.length === 0 ? null : twilioWebhooks(signing),
    probe: twilioProbe(account, options.accountSid),
    diagnosis: null,
    message: translate,
    explain: explainAnswer,
    statusPage: "https://status.twilio.com/api/v2/summary.json",
  };
}
