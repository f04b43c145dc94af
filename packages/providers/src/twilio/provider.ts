/**
 * Puts one Twilio account together: its operations, its credentials, its callbacks.
 */
import type { Operation, Poll, Provider } from "@landline/core";
import { numberFault } from "../phone/e164.ts";
import { accountOf } from "./account.ts";
import { signingTokensOf } from "./auth.ts";
import { calling } from "./calling.ts";
import { twilioErrors } from "./error-codes.ts";
import { translate } from "./message.ts";
import type { TwilioOperations } from "./operations.ts";
import { callsUpdate } from "./operations/call-update.ts";
import { callsCreate } from "./operations/calls.ts";
import { messagesCancel, messagesRedact } from "./operations/changes.ts";
import { messagesCreate } from "./operations/messages.ts";
import { verificationsCreate } from "./operations/verifications.ts";
import type { TwilioOptions } from "./options.ts";
import { callPoll, messagePoll } from "./poll.ts";
import { twilioWebhooks } from "./webhook.ts";

export type { TwilioOperations } from "./operations.ts";

/**
 * Twilio with one account's credentials.
 * @throws RangeError when `lookupSettle` is not a duration
 */
export function twilio(options: TwilioOptions): Provider<TwilioOperations> {
  const account = accountOf(options, { errors: twilioErrors, numberFault });
  const signing = signingTokensOf(options);
  const messages = messagePoll(account);
  const calls = callPoll(account);
  return {
    ...calling(options, account),
    operations: {
      "messages.create": polled(messagesCreate(account), messages),
      "calls.create": polled(callsCreate(account), calls),
      "verifications.create": verificationsCreate(account),
      "messages.cancel": polled(messagesCancel(account), messages),
      "messages.redact": polled(messagesRedact(account), messages),
      "calls.update": polled(callsUpdate(account), calls),
    },
    webhooks: signing.length === 0 ? null : twilioWebhooks(signing),
    message: translate,
    statusPage: "https://status.twilio.com/api/v2/summary.json",
  };
}

function polled<Input>(operation: Operation<Input>, poll: Poll): Operation<Input> {
  return { ...operation, poll };
}
