/** Whether key and service work: the list of stores, the only list there is, changes nothing and needs no identifier. */
import type { OperationTraits, Outcome, Probe } from "@landline/core";
import { classify, isRecord } from "@landline/core";
import { jsonOf } from "../http/json.ts";
import { readError } from "./observe.ts";
import { getRequest } from "./request.ts";

const traits: OperationTraits = {
  family: "probe",
  effect: "idempotent",
  doubt: "park",
  keyLifetimeMs: null,
  lookupSettleMs: 0,
  ordered: false,
};

/** The probe of one account. */
export function noticiaProbe(baseUrl: string): Probe {
  return {
    describe: () => getRequest(`${baseUrl}/v1/stores`),
    read(observation, now): Outcome {
      if (observation.type === "transport") return classify(observation, null, traits, now);
      const reading = readError(observation);
      const list = jsonOf(observation.body);
      const answered = observation.status === 200 && reading.code === null && (Array.isArray(list) || isRecord(list));
      if (!answered) return classify(observation, reading, traits, now);
      const { requestId } = reading;
      return { type: "accepted", providerId: "stores", providerStatus: null, value: null, requestId, status: 200 };
    },
  };
}
