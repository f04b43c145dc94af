/**
 * Asking Twilio what it did, for a request whose answer was lost.
 *
 * The message list can be filtered by recipient and sender only. A filter by date would hide a message that was not
 * sent yet (`date_sent` is null until then), so the newest are taken and compared here.
 *
 * Where the list cannot show the message (an obfuscated recipient), the look counts as failed, never as absent.
 * @see https://www.twilio.com/docs/messaging/api/message-resource#read-multiple-message-resources
 */
import type {
  Candidate,
  Lookup,
  LookupReading,
  Observation,
  OperationTraits,
  Outcome,
  ResponseObservation,
} from "@landline/core";
import { classify, failure, parseHttpDate } from "@landline/core";
import { encodeForm } from "../http/form.ts";
import { codeOf, objectOf, recordsOf, stringOf } from "../http/json.ts";
import type { Account } from "./account.ts";
import { callSid, messageSid } from "./ids.ts";
import type { CallCreateInput, MessageCreateInput } from "./inputs.ts";
import { readError } from "./observe.ts";
import { getRequest } from "./request.ts";
import { isOutbound, sameAddress, sameMessage } from "./same-message.ts";
import { instantOf } from "./time.ts";

/** Twilio allows 1 to 1000. One page holds what one person was sent in a long while. */
const pageSize = 200;

/** Pages that hold nothing younger than this are the end of the search: deadlines are far shorter. */
const searchedMs = 30 * 86_400_000;

/** Looks for a message. */
export function messageLookup(account: Account): Lookup<MessageCreateInput> {
  return {
    describe: (input) => listRequest(account, "Messages", input.To, input.From),
    read(observation, input, now): LookupReading {
      if (input.AddressRetention === "obfuscate") return unanswerable("AddressRetention=obfuscate hides the recipient");
      return readPage(observation, now, account, {
        resource: "messages",
        identifier: messageSid,
        matches: (message) => sameMessage(message, input),
      });
    },
  };
}

/** Looks for a call. */
export function callLookup(account: Account): Lookup<CallCreateInput> {
  return {
    describe: (input) => listRequest(account, "Calls", input.To, input.From),
    read: (observation, input, now) =>
      readPage(observation, now, account, {
        resource: "calls",
        identifier: callSid,
        matches: (call) =>
          sameAddress(call["to"], input.To) && sameAddress(call["from"], input.From) && isOutbound(call["direction"]),
      }),
  };
}

function listRequest(
  account: Account,
  resource: "Messages" | "Calls",
  to: string,
  from: string | undefined,
): ReturnType<typeof getRequest> {
  const pairs: [string, string][] = [["To", to]];
  if (from !== undefined) pairs.push(["From", from]);
  pairs.push(["PageSize", String(pageSize)]);
  return getRequest(`${account.accountUrl}/${resource}.json?${encodeForm(pairs)}`);
}

/** Reads the answer to a GET of one resource; a resource that does not exist is a look that failed. */
export function readOne(observation: Observation, identifier: RegExp, now: number, account: Account): LookupReading {
  if (observation.type === "transport") return { ok: false, outcome: classify(observation, null, readTraits, now) };
  const resource = objectOf(observation.body);
  const candidates = resource === null ? [] : candidateOf(resource, identifier);
  if (observation.status !== 200 || candidates.length === 0) return refused(observation, account, resource, now);
  return { ok: true, candidates, next: null, providerNow: providerNowOf(observation) };
}

interface Search {
  readonly resource: "messages" | "calls";
  readonly identifier: RegExp;
  matches(item: Record<string, unknown>): boolean;
}

function readPage(observation: Observation, now: number, account: Account, search: Search): LookupReading {
  if (observation.type === "transport") return { ok: false, outcome: classify(observation, null, readTraits, now) };
  const page = objectOf(observation.body);
  const listed = page?.[search.resource];
  if (observation.status !== 200 || page === null || !Array.isArray(listed))
    return refused(observation, account, page, now);
  const items = recordsOf(listed);
  const next = nextPage(page["next_page_uri"], items, now, account);
  if (next === undefined) return unanswerable("the next page of Twilio's list has an address outside this account");
  return {
    ok: true,
    candidates: items.filter((item) => search.matches(item)).flatMap((item) => candidateOf(item, search.identifier)),
    next,
    providerNow: providerNowOf(observation),
  };
}

function providerNowOf(observation: ResponseObservation): number | null {
  return parseHttpDate(observation.headers["date"] ?? "", observation.at);
}

function candidateOf(item: Record<string, unknown>, identifier: RegExp): readonly Candidate[] {
  const providerId = stringOf(item["sid"]);
  if (providerId === null || !identifier.test(providerId)) return [];
  const createdAt = instantOf(item["date_created"]);
  return [
    { providerId, createdAt, providerStatus: stringOf(item["status"]), code: codeOf(item["error_code"]), value: item },
  ];
}

/** Null: the end. Undefined: an address that must not be given our credentials. */
function nextPage(
  uri: unknown,
  items: readonly Record<string, unknown>[],
  now: number,
  account: Account,
): ReturnType<typeof getRequest> | null | undefined {
  if (uri === null || uri === undefined || uri === "" || items.length === 0) return null;
  const ages = items.map((item) => instantOf(item["date_created"]));
  if (ages.every((createdAt) => createdAt !== null && createdAt < now - searchedMs)) return null;
  const path = account.accountUrl.slice(account.endpoints.api.length);
  const at = typeof uri === "string" ? uri.indexOf(`${path}/`) : -1;
  const whole = typeof uri === "string" ? uri : "";
  const before = whole.slice(0, Math.max(0, at));
  if (at < 0 || (before !== "" && !account.endpoints.api.endsWith(before))) return undefined;
  return getRequest(`${account.endpoints.api}${whole.slice(at)}`);
}

/** Reading has no effect: a repeat does no harm. */
const readTraits: OperationTraits = {
  family: "reads",
  effect: "idempotent",
  doubt: "park",
  keyLifetimeMs: null,
  lookupSettleMs: 0,
  ordered: false,
};

function refused(
  observation: ResponseObservation,
  account: Account,
  page: Record<string, unknown> | null,
  now: number,
): LookupReading {
  return { ok: false, outcome: classify(observation, readError(observation, account.errors, page), readTraits, now) };
}

/** A question that Twilio cannot answer counts as a look that failed, never as an absence. */
export function unanswerable(message: string): LookupReading {
  const outcome: Outcome = {
    type: "ambiguous",
    failure: failure({
      kind: "unavailable",
      execution: "unknown",
      remedy: "reconcile",
      responsible: "operator",
      message,
      guidance:
        "The message cannot be looked up at Twilio by itself. Look in the Twilio console and resolve the doubt by hand.",
      docs: "https://www.twilio.com/docs/messaging/api/message-resource",
    }),
    retryAt: null,
    answered: true,
  };
  return { ok: false, outcome };
}
