/**
 * Asking for one thing by its identifier, because callbacks get lost: an outage of ours of more than 15 seconds loses
 * them for good, whatever retries were asked for.
 */
import type { Observation, Poll, ReceiptEvent } from "@landline/core";
import { codeOf, objectOf, stringOf } from "../http/json.ts";
import type { Account } from "./account.ts";
import { callSid, messageSid } from "./ids.ts";
import { getRequest } from "./request.ts";
import type { StatusRank } from "./statuses.ts";
import { callStatus, messageStatus } from "./statuses.ts";
import { instantOf } from "./time.ts";

/** Fetches a message. */
export function messagePoll(account: Account): Poll {
  return pollOf(`${account.accountUrl}/Messages`, messageSid, messageStatus);
}

/** Fetches a call. */
export function callPoll(account: Account): Poll {
  return pollOf(`${account.accountUrl}/Calls`, callSid, callStatus);
}

function pollOf(listUrl: string, identifier: RegExp, statusOf: (word: string) => StatusRank): Poll {
  return {
    describe: (providerId) => getRequest(`${listUrl}/${encodeURIComponent(providerId.toWellFormed())}.json`),
    read(observation): ReceiptEvent | null {
      const resource = resourceOf(observation);
      const providerId = stringOf(resource?.["sid"]);
      const status = stringOf(resource?.["status"]);
      if (resource === null || providerId === null || status === null || !identifier.test(providerId)) return null;
      const code = codeOf(resource["error_code"]);
      return {
        providerId,
        operationId: null,
        status,
        ...statusOf(status),
        code,
        message: stringOf(resource["error_message"]),
        at: instantOf(resource["date_updated"]),
        dedupeKey: dedupeKeyOf(providerId, status, code),
        optedOut: null,
      };
    },
  };
}

/** Equal for the same word about the same thing, whether it was polled or called back. */
export function dedupeKeyOf(providerId: string, status: string, code: string | null): string {
  return `${providerId}:${status}:${code ?? ""}`;
}

function resourceOf(observation: Observation): Record<string, unknown> | null {
  return observation.type === "response" && observation.status === 200 ? objectOf(observation.body) : null;
}
