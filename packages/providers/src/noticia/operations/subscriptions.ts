/**
 * `subscriptions.opt-in` and `subscriptions.opt-out`: legally the most important writes.
 *
 * They carry no business key, so only order and the key protect them: a late opt-in after a newer opt-out would subscribe
 * somebody again. Hence one subject for each number, whatever the direction.
 * @see https://docs.sms.noticia.ai/guides/idempotency/
 */
import type { Operation } from "@landline/core";
import { instant, webUrl } from "../../input/forms.ts";
import type { FieldRules } from "../../input/rules.ts";
import { numberFault } from "../../phone/e164.ts";
import type { OptInInput, OptOutInput } from "../inputs.ts";
import { explainingAbsence, readAnswer, subscriptionOf } from "../observe.ts";
import { writeRequest } from "../request.ts";
import { spelledPrepare, textField } from "../spelling.ts";
import { consent } from "../traits.ts";

const docs = "https://docs.sms.noticia.ai/quickstart/";
const text = { type: "text" } as const;
const who: FieldRules = { phone_number: { type: "text", form: numberFault }, profile_id: text, consent_source: text };

/** Records that somebody agreed to messages. */
export function subscriptionsOptIn(baseUrl: string): Operation<OptInInput> {
  const rules: FieldRules = {
    ...who,
    consented_at: { type: "text", form: instant },
    consent_proof: {
      type: "record",
      rules: { terms_url: { type: "text", form: webUrl() }, terms_version: text, source_text: text },
      required: [],
    },
  };
  return change(`${baseUrl}/v1/subscriptions/opt-in`, "opt-in", "SUBSCRIBED", rules, [
    "phone_number",
    "consent_source",
  ]);
}

/** Records that somebody no longer agrees to messages. The path is inferred from that of the opt-in. */
export function subscriptionsOptOut(baseUrl: string): Operation<OptOutInput> {
  return change(`${baseUrl}/v1/subscriptions/opt-out`, "opt-out", "UNSUBSCRIBED", who, ["phone_number"]);
}

function change<Input extends object>(
  url: string,
  name: string,
  status: string,
  rules: FieldRules,
  required: readonly string[],
): Operation<Input> {
  return {
    name: `subscriptions.${name}`,
    traits: consent,
    prepare: spelledPrepare({ rules, required, usual: "camel", docs }),
    describe: (input, context) => writeRequest(url, input, context),
    observe: (observation) =>
      explainingAbsence(
        readAnswer(observation, (answer) => subscriptionOf(answer, status)),
        "The profile does not exist, or not yet.",
        "A question of order: let profiles.upsert succeed first, then retry this. If the profile should exist, check the profile id.",
      ),
    lookup: null,
    poll: null,
    recipient: (input) => textField(input, "phone_number"),
    sender: () => null,
    subject: (input) => textField(input, "phone_number"),
  };
}
