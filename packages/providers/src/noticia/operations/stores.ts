/**
 * `stores.upsert`: creates a store or changes the one with the same `external_id`.
 * @see https://docs.sms.noticia.ai/guides/idempotency/
 */
import type { Operation } from "@landline/core";
import { matching } from "../../input/forms.ts";
import type { FieldRules } from "../../input/rules.ts";
import type { StoreUpsertInput } from "../inputs.ts";
import { identified, readAnswer } from "../observe.ts";
import { writeRequest } from "../request.ts";
import { spelledPrepare } from "../spelling.ts";
import { upsert } from "../traits.ts";

const text = { type: "text" } as const;

const address: FieldRules = {
  address_line1: text,
  address_line2: text,
  postal_code: text,
  locality: text,
  administrative_area1: text,
  administrative_area2: text,
  country_code: { type: "text", form: matching(/^[A-Za-z]{2,3}$/, "a country code (ISO 3166-1)") },
};

/** The operation for one account. */
export function storesUpsert(baseUrl: string): Operation<StoreUpsertInput> {
  return {
    name: "stores.upsert",
    traits: upsert("stores"),
    prepare: spelledPrepare({
      rules: {
        external_id: text,
        name: text,
        address: {
          type: "record",
          rules: address,
          required: ["address_line1", "postal_code", "locality", "country_code"],
        },
      },
      required: ["external_id", "name", "address"],
      usual: "snake",
      docs: "https://docs.sms.noticia.ai/",
    }),
    describe: (input, context) => writeRequest(`${baseUrl}/v1/stores`, input, context),
    observe: (observation) => readAnswer(observation, (answer) => identified(answer, ["id", "store_id"], /^\w/)),
    lookup: null,
    poll: null,
    recipient: () => null,
    sender: () => null,
    subject: () => null,
  };
}
