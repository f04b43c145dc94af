/**
 * What an SDK request is, told from its method and address. Creating a message or a call is one of the provider's own
 * operations, with its lookup; everything else is read by the same code table, and repeated only where HTTP says that a
 * repeat does no harm. A POST that is neither is never sent again once it may have been executed.
 */
import type { Observation, Operation, OperationTraits, Provider, Reading, ResponseObservation } from "@landline/core";
import { twilio } from "@landline/providers/twilio";

/** Operations by the request that asks for them. */
export class SdkOperations {
  readonly #lookupSettle: number | string;
  readonly #accounts = new Map<string, Provider>();
  readonly #others = new Map<string, Operation>();

  constructor(lookupSettle: number | string) {
    this.#lookupSettle = lookupSettle;
  }

  /** @param url absolute, without query */
  of(method: string, url: string): Operation {
    const created = method === "POST" ? creation.exec(url) : null;
    if (created !== null) {
      const [, origin = "", accountSid = "", resource] = created;
      const { operations } = this.#account(origin, accountSid);
      const operation = operations[resource === "Messages" ? "messages.create" : "calls.create"];
      if (operation !== undefined) return operation;
    }
    const family = `${URL.parse(url)?.host ?? "unknown"} ${method === "GET" ? "reads" : "writes"}`;
    const name = `${method} ${family}`;
    const known = this.#others.get(name);
    if (known !== undefined) return known;
    const fresh = other(name, family, method);
    this.#others.set(name, fresh);
    return fresh;
  }

  /** Only what the account's requests look like and mean is used of it: credentials stay with the SDK. */
  #account(origin: string, accountSid: string): Provider {
    const name = `${origin}/${accountSid}`;
    const known = this.#accounts.get(name);
    if (known !== undefined) return known;
    const fresh: Provider = twilio({ accountSid, authToken: "", baseUrl: origin, lookupSettle: this.#lookupSettle });
    this.#accounts.set(name, fresh);
    return fresh;
  }
}

const creation = /^(.*)\/2010-04-01\/Accounts\/(AC[0-9a-fA-F]{32})\/(Messages|Calls)\.json$/;

const reader = twilio({ accountSid: "AC00000000000000000000000000000000", authToken: "" });

function other(name: string, family: string, method: string): Operation {
  const traits: OperationTraits = {
    family,
    effect: /^(GET|HEAD|PUT|DELETE)$/.test(method) ? "idempotent" : "create",
    doubt: "park",
    keyLifetimeMs: null,
    lookupSettleMs: 0,
    ordered: false,
  };
  return {
    name,
    traits,
    prepare: (input) => ({ ok: true, input }),
    describe: () => ({ method: "GET", url: "", headers: {}, body: null }),
    observe: method === "GET" ? readDocument : readResource,
    lookup: null,
    poll: null,
    recipient: () => null,
    sender: () => null,
    subject: () => null,
  };
}

/** A 2xx is a success here when it can be read: not every answer of the SDK's surface names a resource. */
function readResource(observation: Observation, _input: unknown, now: number): Reading {
  const reading = reader.explain(observation, now);
  if (!isWhole(observation)) return reading;
  const value = parse(observation.body);
  return value === undefined && observation.body !== "" ? reading : taken(reading, value ?? "");
}

/** A GET may ask for anything (media, a table, TwiML): what does not call itself JSON or a page need not be JSON. */
function readDocument(observation: Observation, input: unknown, now: number): Reading {
  const reading = readResource(observation, input, now);
  if (reading.accepted !== null || !isWhole(observation)) return reading;
  const type = observation.headers["content-type"] ?? "";
  return /json|html/i.test(type) ? reading : taken(reading, observation.body);
}

function isWhole(observation: Observation): observation is ResponseObservation {
  return (
    observation.type === "response" && observation.complete && observation.status >= 200 && observation.status <= 299
  );
}

function taken(reading: Reading, value: unknown): Reading {
  const sid = typeof value === "object" && value !== null && "sid" in value ? String(value.sid) : "";
  return { ...reading, shape: "api", accepted: { providerId: sid, providerStatus: null, value }, entry: null };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
