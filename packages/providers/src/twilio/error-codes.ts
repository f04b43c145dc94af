/**
 * Twilio's error codes: what each means, whether anything was done, what would help, and who must act.
 *
 * Twilio adds codes without notice (hundreds in two years), so an unknown one is not a fault: it falls back to the
 * HTTP status, or is shown to a person as it is.
 * @see https://www.twilio.com/docs/api/errors
 */
import type { ErrorTable } from "@landline/core";
import { answerErrors } from "./answer-codes.ts";
import { channelCodes } from "./codes/channels.ts";
import { deliveryCodes } from "./codes/delivery.ts";
import { laterPlatformCodes } from "./codes/platform-later.ts";
import { tableOf } from "./codes/row.ts";

/** Every code that is known, by code, in ascending order. */
export const twilioErrors: ErrorTable = tableOf([
  ...answerErrors.values(),
  ...laterPlatformCodes,
  ...deliveryCodes,
  ...channelCodes,
]);
