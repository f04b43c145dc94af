/** A gateway over a store in memory, one key per role, and short words to talk to it. */
import { createRedactor, defaultPolicy } from "@landline/core";
import { createHost, hashing, randomToken } from "@landline/host";
import { createOutbox } from "@landline/outbox";
import type { Outbox } from "@landline/outbox";
import { createMemoryStore } from "@landline/outbox/testing";
import type { MemoryStore } from "@landline/outbox/testing";
import { twilio } from "@landline/providers/twilio";
import { createGateway } from "../app.ts";
import type { Gateway } from "../app.ts";
import { createKeyRing } from "../key-ring.ts";
import type { Role } from "../key-ring.ts";
import type { GatewayOptions } from "../options.ts";
import { createScriptedSender } from "./scripted-sender.ts";
import type { ScriptedSender } from "./scripted-sender.ts";

/** Keys by whom they stand for; each is `key-` and the name. */
const keyNames = ["app", "other", "viewer", "operator", "admin", "second", "scoped"] as const;
/** See {@link keyNames}. */
type KeyName = (typeof keyNames)[number];

const roleOf: Record<KeyName, Role> = {
  app: "sender",
  other: "sender",
  viewer: "viewer",
  operator: "operator",
  admin: "admin",
  second: "admin",
  scoped: "operator",
};

/** The auth token of the test account: a secret no answer may contain. */
export const authToken = "canary-auth-token-0123456789abcdef";
/** The account's SID. */
const accountSid = `AC${"0".repeat(32)}`;

/** An answer, read. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // The tests know what they expect; a wrong expectation fails.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

/** One request in a test. */
interface Asked {
  readonly as?: KeyName | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless it is text or bytes. */
  readonly body?: unknown;
}

/** What a test has at hand. */
export interface Harness {
  readonly gateway: Gateway;
  readonly store: MemoryStore;
  readonly outbox: Outbox;
  readonly sender: ScriptedSender;
  ask(method: string, path: string, asked?: Asked): Promise<Answered>;
  /** Hands in a message and returns the answer's body. */
  // oxlint-disable-next-line typescript/no-explicit-any
  create(key: string, asked?: { readonly as?: KeyName; readonly body?: unknown }): Promise<any>;
  /** Dispatches until the operation is in this state; returns it as the operator sees it. */
  // oxlint-disable-next-line typescript/no-explicit-any
  until(id: string, state: string): Promise<any>;
  /** Ends what runs. */
  close(): Promise<void>;
}

/** Any valid message. */
export const message = {
  account: "tw",
  operation: "messages.create",
  input: { To: "+14155552671", From: "+15005550006", Body: "canary-body" },
};

/** Makes one. */
export function createHarness(options: Partial<GatewayOptions> & { readonly store?: MemoryStore } = {}): Harness {
  const host = createHost();
  const provider = twilio({ accountSid, authToken, from: "+15005550006" });
  const accounts = new Map([
    ["tw", { provider }],
    ["tw2", { provider }],
  ]);
  const store = options.store ?? createMemoryStore({ now: host.now });
  const sender = createScriptedSender(provider);
  const policy = { ...defaultPolicy, backoff: { ...defaultPolicy.backoff, baseMs: 1, maxMs: 5 } };
  const outbox = createOutbox({
    store,
    accounts: [...accounts.keys()].map((name) => ({ name, provider, sender, policy })),
    host,
    hashing,
  });
  let running: Promise<void> | null = null;
  const keys = createKeyRing(
    keyNames.map((name) => ({
      name,
      role: roleOf[name],
      accounts: name === "scoped" ? ["tw2"] : null,
      digest: host.digest(`key-${name}`),
    })),
    { digest: host.digest, equal: hashing.equal },
  );
  const gateway = createGateway({
    outbox,
    keys,
    accounts,
    routes: new Map([
      [
        "otp",
        [
          { account: "tw", channel: null },
          { account: "tw2", channel: "sms" },
        ],
      ],
    ]),
    documents: store,
    host,
    hashing,
    newToken: randomToken,
    redactor: createRedactor([authToken]),
    publicUrl: null,
    loopback: true,
    ...options,
  });
  const ask: Harness["ask"] = async (method, path, { as = "app", headers = {}, body } = {}) => {
    const isText = typeof body === "string" || body instanceof Uint8Array;
    const request = new Request(`http://localhost${path}`, {
      method,
      headers: {
        ...(as === null ? {} : { authorization: `Bearer key-${as}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isText ? (body as string) : JSON.stringify(body) }),
    });
    const response = await gateway.fetch(request);
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson && text !== "" ? JSON.parse(text) : null,
    };
  };
  return {
    gateway,
    store,
    outbox,
    sender,
    ask,
    until: async (id, state) => {
      await (running ??= outbox.run());
      for (let tries = 0; tries < 500; tries += 1) {
        const { body } = await ask("GET", `/v1/operations/${id}`, { as: "operator" });
        if (body.state === state) return body;
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      throw new Error(`${id} never became ${state}`);
    },
    close: async () => {
      await gateway.close();
      if (running !== null) await outbox.stop({ graceMs: 100 });
    },
    create: async (key, { as = "app", body = message } = {}) =>
      (await ask("POST", "/v1/operations", { as, body, headers: { "idempotency-key": key } })).body,
  };
}
