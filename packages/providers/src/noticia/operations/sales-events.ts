/**
 * `sales-events.create`: 201 for a new event, 200 for an `external_id` that was ingested before.
 * @see https://docs.sms.noticia.ai/guides/idempotency/
 */
import type { Operation } from "@landline/core";
import { instant, matching } from "../../input/forms.ts";
import type { FieldRules } from "../../input/rules.ts";
import type { SalesEventInput } from "../inputs.ts";
import { explainingAbsence, identified, readAnswer } from "../observe.ts";
import { writeRequest } from "../request.ts";
import { spelledPrepare } from "../spelling.ts";
import { onceForEachBusinessKey } from "../traits.ts";

const text = { type: "text" } as const;
const whole = { type: "integer", min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER, json: true } as const;

const lineItem: FieldRules = {
  external_id: text,
  product: {
    type: "record",
    rules: { external_id: text, name: text, properties: { type: "texts" } },
    required: [],
  },
  // Half a kilogram is a quantity too.
  quantity: { type: "number", min: 0, max: 1e12, json: true },
  unit_price_cents: whole,
  total_price_cents: whole,
  tax_cents: whole,
};

const rules: FieldRules = {
  external_id: text,
  type: { type: "choice", of: ["PURCHASE", "RETURN"] },
  occurred_at: { type: "text", form: instant },
  store_id: text,
  currency: { type: "text", form: matching(/^[A-Z]{3}$/, "a currency code of three capitals (ISO 4217)") },
  profile_id: text,
  total_amount_cents: whole,
  total_discount_cents: whole,
  total_tax_cents: whole,
  source: text,
  // No page limits the number of items; this is ours, against accidents.
  line_items: { type: "list", of: { type: "record", rules: lineItem, required: [] }, max: 10_000 },
};

/** The operation for one account. */
export function salesEventsCreate(baseUrl: string): Operation<SalesEventInput> {
  return {
    name: "sales-events.create",
    traits: onceForEachBusinessKey("sales-events"),
    prepare: spelledPrepare({
      rules,
      required: ["external_id", "type", "occurred_at", "store_id", "currency", "total_amount_cents"],
      usual: "snake",
      docs: "https://docs.sms.noticia.ai/",
    }),
    describe: (input, context) => writeRequest(`${baseUrl}/v1/sales-events`, input, context),
    observe: (observation) =>
      explainingAbsence(
        readAnswer(observation, (answer) => identified(answer, ["id", "event_id"], /^evt_[\w-]+$/)),
        "The store or the profile does not exist, or not yet.",
        "A question of order: let stores.upsert and profiles.upsert succeed first, then retry this. If they should exist, check store_id and profile_id.",
      ),
    lookup: null,
    poll: null,
    recipient: () => null,
    sender: () => null,
    subject: () => null,
  };
}
