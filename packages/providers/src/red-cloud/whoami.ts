/**
 * Reading `GET /api/core/whoami` and `GET /api/core/numbers`: who this client is, and which numbers are its own.
 * @see https://dev.redcloud.live/getting-started/quickstart
 * @see https://dev.redcloud.live/numbers/list-numbers
 */
import type { Observation } from "@landline/core";
import { objectOf, recordsOf, stringOf } from "../http/json.ts";

/** Who this client is. */
export interface Whoami {
  readonly apiClientId: string;
  readonly apiClientName: string | null;
  /** `ACTIVE`; other words are not published. */
  readonly apiClientStatus: string | null;
  /** Null where the answer does not say. */
  readonly deliveryWebhookConfigured: boolean | null;
}

/** One number of this client's. */
export interface OwnNumber {
  readonly numberId: string;
  readonly e164: string | null;
  readonly status: string | null;
  readonly campaignRegId: string | null;
  readonly smsEnabled: boolean | null;
  readonly mmsEnabled: boolean | null;
}

/** Null for everything that is not this answer. */
export function whoamiOf(observation: Observation): Whoami | null {
  const answer = successOf(observation);
  const apiClientId = stringOf(answer?.["apiClientId"]);
  if (answer === null || apiClientId === null) return null;
  return {
    apiClientId,
    apiClientName: stringOf(answer["apiClientName"]),
    apiClientStatus: stringOf(answer["apiClientStatus"]),
    deliveryWebhookConfigured: flagOf(answer["deliveryWebhookConfigured"]),
  };
}

/** Null for everything that is not this answer. */
export function numbersOf(observation: Observation): readonly OwnNumber[] | null {
  const answer = successOf(observation);
  if (!Array.isArray(answer?.["numbers"])) return null;
  return recordsOf(answer["numbers"]).flatMap((each) => {
    const numberId = stringOf(each["numberId"]);
    if (numberId === null) return [];
    return [
      {
        numberId,
        e164: stringOf(each["e164"]),
        status: stringOf(each["status"]),
        // An error message of the API spells it without the capital.
        campaignRegId: stringOf(each["campaignRegId"]) ?? stringOf(each["campaignregId"]),
        smsEnabled: flagOf(each["smsEnabled"]),
        mmsEnabled: flagOf(each["mmsEnabled"]),
      },
    ];
  });
}

function successOf(observation: Observation): Record<string, unknown> | null {
  return observation.type === "response" && observation.status >= 200 && observation.status <= 299
    ? objectOf(observation.body)
    : null;
}

function flagOf(value: unknown): boolean | null {
  return typeof value === "boolean" ? value : null;
}
