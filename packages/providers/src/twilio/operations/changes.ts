/**
 * Changes of a message that exists: `messages.cancel` before it is sent, `messages.redact` after. Both set a state, so
 * a repeat does no harm. There is no recall of a message that left.
 * @see https://www.twilio.com/docs/messaging/api/message-resource#update-a-message-resource
 */
import type { Operation, Prepared } from "@landline/core";
import { prepared } from "../../input/prepare.ts";
import type { FieldRules } from "../../input/rules.ts";
import type { Account } from "../account.ts";
import { messageSid, sidRule } from "../ids.ts";
import type { MessageChangeInput } from "../inputs.ts";
import { readChange } from "../observe.ts";
import { changeRequest } from "../request.ts";

const docs = "https://www.twilio.com/docs/messaging/api/message-resource#update-a-message-resource";
const rules: FieldRules = { Sid: sidRule("SM|MM") };

/** Cancels a message that is scheduled or still queued. */
export function messagesCancel(account: Account): Operation<MessageChangeInput> {
  return change(account, "messages.cancel", "Status=canceled");
}

/** Empties the text of a message at Twilio. */
export function messagesRedact(account: Account): Operation<MessageChangeInput> {
  return change(account, "messages.redact", "Body=");
}

function change(account: Account, name: string, body: string): Operation<MessageChangeInput> {
  return {
    name,
    traits: {
      family: "messages",
      effect: "idempotent",
      doubt: "park",
      keyLifetimeMs: null,
      lookupSettleMs: 0,
      ordered: false,
    },
    prepare: (input): Prepared<MessageChangeInput> => prepared(input, { rules, required: ["Sid"], docs }),
    describe: (input) => changeRequest(`${account.accountUrl}/Messages/${input.Sid}.json`, body),
    observe: (observation) => readChange(observation, messageSid, account.errors),
    lookup: null,
    poll: null,
    recipient: () => null,
    sender: () => null,
    subject: () => null,
  };
}
