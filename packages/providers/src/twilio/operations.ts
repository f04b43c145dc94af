/** The operations of Twilio: their names, and what goes in and comes out. */
import type { Operation } from "@landline/core";
import type { Account } from "./account.ts";
import type {
  CallCreateTypes,
  CallUpdateTypes,
  MessageChangeTypes,
  MessageCreateTypes,
  VerificationCreateTypes,
} from "./inputs.ts";

/** Input and value of every operation. */
export type TwilioOperations = {
  readonly "messages.create": MessageCreateTypes;
  readonly "calls.create": CallCreateTypes;
  readonly "verifications.create": VerificationCreateTypes;
  readonly "messages.cancel": MessageChangeTypes;
  readonly "messages.redact": MessageChangeTypes;
  readonly "calls.update": CallUpdateTypes;
};

/** For each name the function that makes the operation for one account. */
export type OperationMakers = {
  readonly [Name in keyof TwilioOperations]: (account: Account) => Operation<TwilioOperations[Name]["input"]>;
};
