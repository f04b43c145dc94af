/**
 * A configuration is either usable as a whole or refused with everything that is wrong with it.
 */
import path from "node:path";
import { describe, expect, test } from "vitest";
import { ConfigError, checkConfig } from "./index.ts";

const sid = `AC${"1".repeat(32)}`;
const good = {
  store: "sqlite:./data/landline.db",
  apiKeys: [{ name: "app", role: "sender", key: { env: "LANDLINE_KEY" } }],
  accounts: {
    tw: { provider: "twilio", accountSid: sid, authToken: { env: "TWILIO_AUTH_TOKEN" }, policy: { attemptsMax: 2 } },
  },
  routes: { otp: ["tw:whatsapp", "tw:sms"] },
  policy: { attemptTimeout: "5s" },
};
const environment = { LANDLINE_KEY: "key-of-the-app", TWILIO_AUTH_TOKEN: "token-of-the-account" };

const faultsOf = (source: unknown, variables: Record<string, string> = environment): readonly string[] => {
  try {
    checkConfig(source, "landline.config.json", "/srv", variables);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map((fault) => fault.path);
  }
};

describe("a usable configuration", () => {
  const config = checkConfig(good, "/srv/landline.config.json", "/srv", environment);

  test("counts relative paths from its own file", () => {
    expect(config.store).toEqual({ type: "sqlite", path: path.resolve("/srv/data/landline.db") });
  });

  test("takes numbers from the environment where it wants numbers, and leaves numeric secrets texts", () => {
    const read = checkConfig(
      {
        ...good,
        http: { port: { env: "PORT" } },
        policy: { attemptsMax: { env: "TRIES" } },
        apiKeys: [{ name: "app", role: "sender", key: { env: "KEY" } }],
      },
      null,
      "/srv",
      { ...environment, PORT: "8181", TRIES: "3", KEY: "1234567890" },
    );
    expect([read.http.port, read.policy.attemptsMax, read.apiKeys[0]?.key]).toEqual([8181, 3, "1234567890"]);
    expect(read.secrets).not.toContain("8181");
    expect(faultsOf({ ...good, http: { port: { env: "PORT" } } }, { ...environment, PORT: "web" })).toEqual([
      "http.port",
    ]);
  });

  test("reads rate limits, for all keys and for one, and refuses impossible ones", () => {
    const key = { name: "app", role: "sender", key: "key-of-the-app" };
    const read = checkConfig(
      {
        http: { rateLimit: { perSecond: 2.5 } },
        apiKeys: [{ ...key, rateLimit: { perSecond: { env: "RATE" }, burst: 500 } }],
      },
      null,
      "/srv",
      { RATE: "100" },
    );
    expect(read.http.rateLimit).toEqual({ perSecond: 2.5, burst: 3 });
    expect(read.apiKeys[0]?.rateLimit).toEqual({ perSecond: 100, burst: 500 });
    expect(checkConfig(good, null, "/srv", environment).http.rateLimit).toBeNull();
    expect(
      faultsOf({ http: { rateLimit: { perSecond: 0 } }, apiKeys: [{ ...key, rateLimit: { burst: 1.5, per: 1 } }] }),
    ).toEqual([
      "http.rateLimit.perSecond",
      "apiKeys[0].rateLimit.perSecond",
      "apiKeys[0].rateLimit.burst",
      "apiKeys[0].rateLimit.per",
    ]);
  });

  test("reads how people sign in, and refuses what would let anybody in or nobody", () => {
    const oidc = {
      issuer: "https://login.example.com",
      clientId: "landline",
      clientSecret: { env: "OIDC_SECRET" },
      roles: [{ value: "ops", role: "operator" }],
    };
    const read = checkConfig({ ...good, oidc }, null, "/srv", { ...environment, OIDC_SECRET: "secret-of-the-client" });
    expect(read.oidc).toEqual({
      issuer: "https://login.example.com",
      clientId: "landline",
      clientSecret: "secret-of-the-client",
      scope: "openid profile email groups",
      label: "Single sign-on",
      roleClaim: "groups",
      nameClaim: "email",
      roles: [{ value: "ops", role: "operator", accounts: null }],
      sessionMs: 12 * 3_600_000,
    });
    expect(read.secrets).toContain("secret-of-the-client");
    const { clientSecret: _secret, ...open } = oidc;
    expect(checkConfig({ oidc: open }, null, "/srv", {}).oidc?.clientSecret).toBeNull();
    expect(faultsOf({ oidc: { ...open, issuer: "http://login.example.com" } })).toEqual(["oidc.issuer"]);
    expect(faultsOf({ oidc: { ...open, issuer: "http://127.0.0.1.example.com" } })).toEqual(["oidc.issuer"]);
    expect(faultsOf({ oidc: { ...open, issuer: "http://127.0.0.1:4000" } })).toEqual([]);
    expect(faultsOf({ oidc: { ...open, roles: [], scope: "email" } })).toEqual(["oidc.scope", "oidc.roles"]);
    const scoped = { value: "ops", role: "viewer", accounts: ["tw", "nobody"] };
    expect(faultsOf({ ...good, oidc: { ...open, roles: [scoped] } })).toEqual(["oidc.roles[0].accounts[1]"]);
  });

  test("reads keys for sealing, newest first, as hex or base64, and refuses what is no key", () => {
    const [one, two] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    const encryption = { key: { env: "SEAL" }, oldKeys: [two.toString("hex")], forgotten: ["abc"] };
    const read = checkConfig({ encryption }, null, "/srv", { SEAL: one.toString("base64") });
    expect(read.store.encryption?.keys.map((key) => Buffer.from(key))).toEqual([one, two]);
    expect(read.store.encryption?.forgotten).toEqual(["abc"]);
    expect(read.secrets).toEqual(expect.arrayContaining([one.toString("base64"), two.toString("hex")]));
    expect(checkConfig({}, null, "/srv", {}).store.encryption).toBeUndefined();
    for (const key of ["short", `${"a".repeat(43)}!`, "f".repeat(63), one.toString("base64").slice(1)])
      expect(faultsOf({ encryption: { key } })).toEqual(["encryption.key"]);
    expect(faultsOf({ encryption: { oldKeys: ["x"] } })).toEqual(["encryption.key", "encryption.oldKeys[0]"]);
  });

  test("refuses key names that belong to people", () => {
    const key = { name: "oidc:ada@example.com", role: "admin", key: "key-of-the-app" };
    expect(faultsOf({ apiKeys: [key] })).toEqual(["apiKeys[0].name"]);
  });

  test("fills the environment in and treats what came from there as secret", () => {
    expect(config.apiKeys[0]?.key).toBe("key-of-the-app");
    expect(config.secrets).toEqual(expect.arrayContaining(["key-of-the-app", "token-of-the-account"]));
  });

  test("merges policies: account over configuration over defaults", () => {
    const policy = config.accounts.get("tw")?.policy;
    expect(policy).toMatchObject({ attemptsMax: 2, attemptTimeoutMs: 5_000, totalWaitMaxMs: 60_000 });
  });

  test("keeps operations as long as their keys must be remembered", () => {
    const short = checkConfig(
      { ...good, retention: { operations: "1h", idempotency: "7d" } },
      null,
      "/srv",
      environment,
    );
    expect(short.retentionMs).toBe(7 * 86_400_000);
    expect(config.retentionMs).toBe(30 * 86_400_000);
  });

  test("reads a route as account and channel", () => {
    expect(config.routes.get("otp")).toEqual([
      { account: "tw", channel: "whatsapp" },
      { account: "tw", channel: "sms" },
    ]);
  });
});

describe("a broken configuration", () => {
  test("names every fault at once, with its path", () => {
    const faults = faultsOf({
      store: "mysql:x",
      htp: {},
      http: { port: 99_999 },
      apiKeys: [{ name: "a", role: "boss", key: "longenough" }],
      accounts: {
        tw: {
          provider: "twilio",
          accountSid: "AC1",
          authToken: "x".repeat(32),
          policy: { attemptsMax: 0 },
          limits: { perSecond: 1 },
        },
        no: { provider: "pigeon" },
      },
      routes: { otp: ["tw:sms", "zz:sms"] },
      policy: { deadline: "soon" },
      alerts: [{ to: "fax" }],
    });
    expect([...faults].toSorted()).toEqual(
      [
        "accounts.no.provider",
        "accounts.tw.accountSid",
        "accounts.tw.limits.perSecond",
        "accounts.tw.policy.attemptsMax",
        "alerts[0].to",
        "apiKeys[0].role",
        "htp",
        "http.port",
        "policy.deadline",
        "routes.otp[1]",
        "store",
      ].toSorted(),
    );
  });

  test("a duration without its unit, which one reader in two takes for seconds", () => {
    const tw = {
      ...good.accounts.tw,
      policy: { backoff: { max: 0 } },
      operations: { "calls.create": { policy: { attemptTimeout: 5 } } },
    };
    expect(
      [
        ...faultsOf({ ...good, accounts: { tw }, policy: { deadline: 60, backoff: { base: 1 }, attemptsMax: 0 } }),
      ].toSorted(),
    ).toEqual([
      "accounts.tw.operations.calls.create.policy.attemptTimeout",
      "accounts.tw.policy.backoff.max",
      "policy.attemptsMax",
      "policy.backoff.base",
      "policy.deadline",
    ]);
  });

  test("names a variable that is not set, once", () => {
    expect(faultsOf(good, { LANDLINE_KEY: "key-of-the-app" })).toEqual(["accounts.tw.authToken"]);
  });

  test("does not take a placeholder for a password", () => {
    const store = "postgres://landline:${DB_PASSWORD}@db.internal/landline";
    expect(faultsOf({ ...good, store }, { ...environment, DB_PASSWORD: "there" })).toEqual(["store"]);
    expect(faultsOf({ ...good, store: { env: "STORE" } }, { ...environment, STORE: "postgres://a:b@c/d" })).toEqual([]);
  });

  test("never prints a secret", () => {
    const secret = "do-not-print-me-1234";
    const source = {
      ...good,
      apiKeys: [{ name: "a", role: "boss", key: secret }],
      accounts: { tw: { provider: "twilio", accountSid: "AC1", authToken: secret } },
    };
    expect(() => checkConfig(source, null, "/srv", {})).toThrow(ConfigError);
    expect(() => checkConfig(source, null, "/srv", {})).not.toThrow(secret);
  });
});
