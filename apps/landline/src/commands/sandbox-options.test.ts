/** What is typed after `landline sandbox` about its providers. */
import { Command } from "commander";
import { expect, test } from "vitest";
import { addProviderOptions, readProviderOptions } from "./sandbox-options.ts";
import type { ReadOptions, TypedOptions } from "./sandbox-options.ts";

function read(...args: readonly string[]): ReadOptions {
  const command = addProviderOptions(new Command().argument("[providers...]")).exitOverride();
  return readProviderOptions(command.parse(args, { from: "user" }).opts<TypedOptions>());
}

test("nothing typed leaves every default", () => {
  expect(read("twilio")).toEqual({ ok: true, options: { twilio: {}, redCloud: {}, noticia: {}, callbacks: {} } });
});

test("Red Cloud: clients, and signed events with waits of one's own", () => {
  const typed = ["--red-cloud-client", "a:b:c", "--red-cloud-webhook", "http://127.0.0.1:8080/webhooks/rc"];
  expect(read("red-cloud", ...typed, "--red-cloud-secret", "s", "--red-cloud-retries", "50ms, 1s,1m")).toMatchObject({
    options: {
      redCloud: {
        clients: [{ clientId: "a", clientSecret: "b:c" }],
        webhook: { url: "http://127.0.0.1:8080/webhooks/rc", secret: "s", retryMs: [50, 1_000, 60_000] },
      },
    },
  });
});

test("Twilio: accounts and senders, as often as wanted, before or after the provider's name", () => {
  const typed = [
    "--twilio-account",
    "AC1:t1",
    "twilio",
    "--twilio-account",
    "AC2:t2",
    "--twilio-sender",
    "+15005550006",
  ];
  const more = ["--twilio-errors", "problem", "--twilio-inbound", "http://127.0.0.1:8080/webhooks/tw"];
  expect(read(...typed, ...more)).toMatchObject({
    options: {
      twilio: {
        accounts: [
          { accountSid: "AC1", authToken: "t1" },
          { accountSid: "AC2", authToken: "t2" },
        ],
        senders: ["+15005550006"],
        errors: "problem",
        inbound: { url: "http://127.0.0.1:8080/webhooks/tw" },
      },
    },
  });
});

test("Noticia: keys in each state, and a limit for bodies", () => {
  const typed = ["--noticia-key", "ntca_a", "--noticia-key", "ntca_b:expired", "--noticia-body-max", "1000"];
  expect(read(...typed)).toMatchObject({
    options: { noticia: { keys: [{ key: "ntca_a" }, { key: "ntca_b", state: "expired" }], bodyBytesMax: 1_000 } },
  });
});

test("pace and callbacks are for whoever has them", () => {
  const typed = [
    "--step",
    "5ms",
    "--token-lifetime",
    "2s",
    "--callbacks-to",
    "http://127.0.0.1:1",
    "--callbacks-anywhere",
  ];
  const pace = { stepMs: 5, tokenLifetimeMs: 2_000 };
  expect(read(...typed)).toEqual({
    ok: true,
    options: {
      twilio: pace,
      redCloud: pace,
      noticia: {},
      callbacks: { deliverTo: "http://127.0.0.1:1", anyHost: true },
    },
  });
});

test("everything that is wrong is named at once", () => {
  const typed = ["--step", "soon", "--token-lifetime", "-1", "--callbacks-to", "ftp://x", "--twilio-account", "AC1"];
  const more = [
    "--twilio-errors",
    "xml",
    "--red-cloud-client",
    ":x",
    "--red-cloud-secret",
    "s",
    "--red-cloud-retries",
    "1m,x",
  ];
  const last = ["--noticia-key", "key", "--noticia-key", "ntca_1:lost", "--noticia-body-max", "0"];
  const result = read(...typed, ...more, ...last);
  if (result.ok) throw new Error("accepted");
  expect(result.faults.map((fault) => /^--[a-z-]+/.exec(fault)?.[0])).toEqual([
    "--step",
    "--token-lifetime",
    "--callbacks-to",
    "--twilio-account",
    "--red-cloud-client",
    "--twilio-errors",
    "--red-cloud-retries",
    "--red-cloud-secret",
    "--red-cloud-retries",
    "--noticia-key",
    "--noticia-key",
    "--noticia-body-max",
  ]);
});
