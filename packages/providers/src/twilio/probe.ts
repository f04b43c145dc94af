/**
 * Whether credentials and service work. Reads the message list, because reconciliation needs exactly that permission;
 * the account resource itself is closed to standard API keys.
 */
import type { OperationTraits, Outcome, Probe } from "@landline/core";
import { classify } from "@landline/core";
import { objectOf } from "../http/json.ts";
import type { Account } from "./account.ts";
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
export function twilioProbe(account: Account): Probe {
  return {
    describe: () => getRequest(`${account.accountUrl}/Messages.json?PageSize=1`),
    read(observation, now): Outcome {
      if (observation.type === "transport") return classify(observation, null, traits, now);
      const page = objectOf(observation.body);
      const reading = readError(observation, account.errors, page);
      if (observation.status !== 200 || !Array.isArray(page?.["messages"]))
        return classify(observation, reading, traits, now);
      return {
        type: "accepted",
        providerId: account.accountSid,
        providerStatus: null,
        value: null,
        requestId: reading.requestId,
        status: 200,
      };
    },
  };
}
