/** What every operation of one account needs to know. */
import type { ErrorTable } from "@landline/core";
import { parseDuration } from "@landline/core";
import type { Form } from "../input/rules.ts";
import { requireTexts } from "../required.ts";
import type { Endpoints } from "./endpoints.ts";
import { endpointsOf } from "./endpoints.ts";
import type { TwilioOptions } from "./options.ts";

/** One account, resolved from its options. */
export interface Account {
  readonly endpoints: Endpoints;
  /** `…/2010-04-01/Accounts/AC…`, without a trailing slash. */
  readonly accountUrl: string;
  readonly accountSid: string;
  readonly from: string | null;
  readonly statusCallback: string | null;
  /** Milliseconds. */
  readonly lookupSettleMs: number;
  /** What is wrong with a telephone number, or null. */
  readonly numberFault: Form;
  /** What codes in answers are looked up in. */
  readonly errors: ErrorTable;
}

/** What is known of the world besides the options. */
export type Knowledge = Pick<Account, "errors" | "numberFault">;

/** How long after its creation a message is certainly listed, in milliseconds. Twilio promises nothing. */
const lookupSettleDefaultMs = 15_000;

/**
 * Resolves an account.
 * @throws RangeError when a credential is missing, or `lookupSettle` is not a duration
 */
export function accountOf(options: TwilioOptions, { errors, numberFault }: Knowledge): Account {
  requireTexts("twilio", options, ["accountSid", ...credentialNames(options)]);
  const endpoints = endpointsOf(options);
  const lookupSettleMs =
    options.lookupSettle === undefined ? lookupSettleDefaultMs : parseDuration(options.lookupSettle);
  if (lookupSettleMs === null) throw new RangeError(`lookupSettle must be a duration such as "15s"`);
  return {
    endpoints,
    accountUrl: `${endpoints.api}/2010-04-01/Accounts/${options.accountSid}`,
    accountSid: options.accountSid,
    from: options.from ?? null,
    statusCallback: options.statusCallback ?? null,
    lookupSettleMs,
    errors,
    numberFault,
  };
}

/** The options of the pair that was begun; of the commonest one when none was. */
function credentialNames(options: TwilioOptions | undefined): readonly string[] {
  if (options?.clientId !== undefined) return ["clientId", "clientSecret"];
  return options?.apiKey === undefined ? ["authToken"] : ["apiKey", "apiSecret"];
}
