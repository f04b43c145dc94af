/**
 * Twilio for somebody who only calls, in process: the operations that are named and nothing else, so that a bundler
 * leaves out the others.
 *
 * It knows the error codes that come as an answer, and of telephone numbers how they are written: whether a country has
 * numbers of that length is left to Twilio's answer (21211), because the plans of all countries weigh as much as all the
 * rest. It refuses what the durable flow needs besides (callbacks, polls,
 * neutral messages, the codes of later failures): `twilio` has all of that, and is what a gateway or an outbox is given.
 */
import type { Provider } from "@landline/core";
import { defectFailure } from "../input/rules.ts";
import { writtenFault } from "../phone/written.ts";
import type { Account } from "./account.ts";
import { accountOf } from "./account.ts";
import { answerErrors } from "./answer-codes.ts";
import { credentialsOf, secretsOf } from "./auth.ts";
import { explainAnswer } from "./observe.ts";
import type { OperationMakers, TwilioOperations } from "./operations.ts";
import type { TwilioOptions } from "./options.ts";
import { twilioProbe } from "./probe.ts";

/** What a provider of Twilio is made of besides its operations. */
export type Calling = Omit<Provider, "operations">;

/**
 * Twilio with one account's credentials and the named operations:
 * `twilioCalls({ accountSid, authToken }, { "messages.create": messagesCreate })`.
 * @throws RangeError when `lookupSettle` is not a duration
 */
export function twilioCalls<Name extends keyof TwilioOperations>(
  options: TwilioOptions,
  operations: Pick<OperationMakers, Name>,
): Provider<Pick<TwilioOperations, Name>> {
  const account = accountOf(options, { errors: answerErrors, numberFault: writtenOnly });
  const made = Object.entries<OperationMakers[Name]>(operations).map(([name, make]) => [name, make(account)]);
  return { ...calling(options, account), operations: Object.fromEntries(made) };
}

/** What calling needs. Callbacks, neutral messages and the status page are not among it. */
export function calling(options: TwilioOptions, account: Account): Calling {
  return {
    name: "twilio",
    baseUrl: account.endpoints.api,
    errors: account.errors,
    credentials: credentialsOf(options, account),
    secrets: secretsOf(options),
    webhooks: null,
    probe: twilioProbe(account),
    diagnosis: null,
    message: () => ({ ok: false, failure: defectFailure(untranslated, docs) }),
    explain: (observation) => explainAnswer(observation, account.errors),
    statusPage: null,
  };
}

const writtenOnly = (text: string): string | null => writtenFault(text, () => null);
const docs = "https://www.twilio.com/docs/messaging/api/message-resource";
const untranslated = { field: "", message: "must name an operation: this provider translates no neutral messages" };
