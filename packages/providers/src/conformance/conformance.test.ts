/** The suite bites: a provider with one promise broken fails at least one case, and the one that is whole fails none. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { ErrorEntry, Operation, Provider } from "@landline/core";
import { describe, expect, test } from "vitest";
import { twilio } from "../twilio/provider.ts";
import { providerConformance } from "./index.ts";
import type { ConformanceSubject } from "./index.ts";

const hex32 = "0123456789abcdef0123456789abcdef";
const sid = `SM${hex32}`;
const account = { accountSid: `AC${hex32}`, authToken: "token-1234567890" };

type Break = (
  provider: Provider,
  operation: Operation,
) => { provider?: Partial<Provider>; operation?: Partial<Operation> };

const subjectOf = (breaking: Break): ConformanceSubject => ({
  create() {
    const whole = twilio(account) as Provider;
    const create = whole.operations["messages.create"]!;
    const { provider = {}, operation = {} } = breaking(whole, create);
    return { ...whole, operations: { "messages.create": { ...create, ...operation } }, ...provider };
  },
  secrets: [account.authToken],
  operations: {
    "messages.create": {
      input: { To: "+15551234567", From: "+15005550006", Body: "x" },
      accepted: { status: 201, body: JSON.stringify({ sid, status: "queued" }), providerId: sid },
    },
  },
  errorBody: (code, message) => JSON.stringify({ code: Number(code), message }),
  unknownCode: "99999",
  documentedNotExecuted: [],
  messages: [{ to: "+15551234567", body: "x", from: "+15005550006" }],
  hashing: {
    hmac: (algorithm, key, bytes) => createHmac(algorithm, key).update(bytes).digest(),
    digest: (algorithm, bytes) => createHash(algorithm).update(bytes).digest(),
    equal: (left, right) => left.length === right.length && timingSafeEqual(left, right),
  },
  fuzz: 500,
});

const failuresOf = (breaking: Break): readonly string[] =>
  providerConformance(subjectOf(breaking)).flatMap(({ name, run }) => {
    try {
      run();
      return [];
    } catch {
      return [name];
    }
  });

const changed = (whole: Provider, code: string, change: Partial<ErrorEntry>): Partial<Provider> => {
  const errors = new Map(whole.errors);
  errors.set(code, { ...errors.get(code)!, ...change });
  return { errors };
};

let calls = 0;

const breaks: Readonly<Record<string, Break>> = {
  "accepts any success": (_whole, own) => ({
    operation: {
      observe: (seen, input, now) => ({
        ...own.observe(seen, input, now),
        accepted: { providerId: sid, providerStatus: null, value: null },
      }),
    },
  }),
  "throws on HTML": (_whole, own) => ({
    operation: {
      observe(seen, input, now) {
        if (seen.type === "response" && seen.body.startsWith("<")) throw new SyntaxError("unexpected token");
        return own.observe(seen, input, now);
      },
    },
  }),
  "lets prepare throw": (_whole, own) => ({
    operation: { prepare: (input) => own.prepare({ ...(input as object), To: (input as { To: string }).To.trim() }) },
  }),
  "ignores unknown fields": (_whole, own) => ({
    operation: {
      prepare: (input) => {
        const { noSuchField: _ignored, ...rest } = (input ?? {}) as Record<string, unknown>;
        return own.prepare(rest);
      },
    },
  }),
  "describes by chance": (_whole, own) => ({
    operation: { describe: (input, context) => ({ ...own.describe(input, context), body: String((calls += 1)) }) },
  }),
  "describes in the order of keys": (_whole, own) => ({
    operation: { describe: (input, context) => ({ ...own.describe(input, context), body: JSON.stringify(input) }) },
  }),
  "writes a secret into the address": (_whole, own) => ({
    operation: {
      describe: (input, context) => ({
        ...own.describe(input, context),
        url: `https://h.example/?key=${account.authToken}`,
      }),
    },
  }),
  "sends the credentials itself": (_whole, own) => ({
    operation: { describe: (input, context) => ({ ...own.describe(input, context), headers: { authorization: "x" } }) },
  }),
  "claims a lookup without having one": () => ({ operation: { lookup: null } }),
  "claims to de-duplicate without sending the key": (_whole, own) => ({
    operation: {
      traits: { ...own.traits, doubt: "deduplicate" },
      lookup: null,
      describe: (input, context) => ({ ...own.describe(input, context), headers: {} }),
    },
  }),
  "takes a failed look for an absence": (_whole, own) => ({
    operation: {
      lookup: { ...own.lookup!, read: () => ({ ok: true, candidates: [], next: null, providerNow: null }) },
    },
  }),
  "calls a 5xx not executed": (whole) => {
    const entry = {
      ...whole.errors.get("20500")!,
      execution: "not_executed",
      retry: "soon",
      remedy: "retry",
      kind: "unavailable",
    } as const;
    const own = whole.operations["messages.create"]!;
    return {
      provider: { errors: new Map(whole.errors).set("20500", entry) },
      operation: {
        observe(seen, input, now) {
          const reading = own.observe(seen, input, now);
          return reading.code === "20500" ? { ...reading, entry } : reading;
        },
      },
    };
  },
  "reads the status of an unknown code as a refusal": (whole) => ({
    provider: {
      explain(seen, now) {
        const reading = whole.explain(seen, now);
        return reading.code !== null && reading.entry === null
          ? { ...reading, entry: whole.errors.get("21211")! }
          : reading;
      },
    },
  }),
  "hides the guidance of a code": (whole) => ({ provider: changed(whole, "21211", { guidance: "" }) }),
  "talks too much": (whole) => ({ provider: changed(whole, "21211", { guidance: "One. Two. Three." }) }),
  "links to http": (whole) => ({ provider: changed(whole, "21211", { docs: "http://www.twilio.com" }) }),
  "lets an opted-out recipient be reached by another channel": (whole) => ({
    provider: changed(whole, "21610", { otherChannel: "yes" }),
  }),
  "offers another channel where none is sensible": (whole) => ({
    provider: changed(whole, "30005", { remedy: "other_channel" }),
  }),
  "waits for what is never tried again": (whole) => ({ provider: changed(whole, "21211", { remedy: "wait" }) }),
  "repeats a refused account": (whole) => ({ provider: changed(whole, "20003", { retry: "soon" }) }),
  "uses another channel while in doubt": (whole) => ({ provider: changed(whole, "30410", { otherChannel: "yes" }) }),
  "forgets a secret": () => ({ provider: { secrets: [] } }),
  "believes unsigned callbacks": () => ({ provider: { webhooks: { read: () => ({ ok: true, events: [] }) } } }),
  "accepts a refused probe": (whole) => ({
    provider: {
      probe: {
        ...whole.probe!,
        read: () => ({
          type: "accepted",
          providerId: "x",
          providerStatus: null,
          value: null,
          requestId: null,
          status: 200,
        }),
      },
    },
  }),
  "misnames an operation": () => ({ operation: { name: "messages.send" } }),
  "translates a message to nowhere": () => ({
    provider: { message: () => ({ ok: true, operation: "nowhere", input: {} }) },
  }),
};

describe("the suite", () => {
  test("passes a whole provider", () => {
    expect(failuresOf(() => ({}))).toEqual([]);
  });

  test.each(Object.entries(breaks))("fails a provider that %s", (_name, breaking) => {
    expect(failuresOf(breaking)).not.toEqual([]);
  });
});
