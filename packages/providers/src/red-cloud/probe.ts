/**
 * Whether credentials and service work: `whoami`, which also says whether the client is active at all and whether
 * anybody will be told what becomes of messages.
 */
import type { OperationTraits, Outcome, Probe } from "@landline/core";
import { classify, failure, isRecord } from "@landline/core";
import { objectOf } from "../http/json.ts";
import { readError } from "./observe.ts";
import { getRequest } from "./request.ts";
import { whoamiOf } from "./whoami.ts";

const traits: OperationTraits = {
  family: "probe",
  effect: "idempotent",
  doubt: "park",
  keyLifetimeMs: null,
  lookupSettleMs: 0,
  ordered: false,
};

/** The probe of one account. Its value is the answer: it says whether delivery webhooks are configured. */
export function redCloudProbe(baseUrl: string): Probe {
  return {
    describe: () => getRequest(`${baseUrl}/api/core/whoami`),
    read(observation, now): Outcome {
      if (observation.type === "transport") return classify(observation, null, traits, now);
      const reading = readError(observation);
      const who = whoamiOf(observation);
      if (who === null) return classify(observation, reading, traits, now);
      if (who.apiClientStatus !== null && who.apiClientStatus !== "ACTIVE") return inactive(who.apiClientStatus);
      return {
        type: "accepted",
        providerId: who.apiClientId,
        providerStatus: who.apiClientStatus,
        value: objectOf(observation.body),
        requestId: reading.requestId,
        status: observation.status,
      };
    },
    notice: (value) =>
      isRecord(value) && value["deliveryWebhookConfigured"] === false
        ? "Red Cloud has no delivery webhook for this API client: what becomes of a message is never told, and cannot be asked for"
        : null,
  };
}

function inactive(status: string): Outcome {
  return {
    type: "rejected",
    blocksAccount: true,
    optedOut: false,
    failure: failure({
      kind: "authentication",
      execution: "not_executed",
      remedy: "fix_account",
      responsible: "operator",
      status: 200,
      message: `the API client is ${status}`,
      guidance: "Have the API client activated at Red Cloud. Until then every request is refused.",
      docs: "https://dev.redcloud.live/authentication/client-credentials",
    }),
  };
}
