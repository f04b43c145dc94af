/** The short form of accounts becomes complete accounts, or says at once what is missing. */
import type { Provider } from "@landline/core";
import { defaultPolicy } from "@landline/core";
import { expect, test, vi } from "vitest";
import { accountsOf } from "./account-options.ts";
import type { Sender } from "./ports/index.ts";
import { createLedgerProvider } from "./testing/index.ts";
import { createVirtualHost } from "./testing/virtual-host.ts";

const { provider, sender: its } = createLedgerProvider(createVirtualHost()).account;
const sender = (): Sender & { close: () => void } => ({ ...its, close: vi.fn() });

test("a provider is enough; a policy is laid over the common one, key by key", () => {
  const made: (string | null)[] = [];
  const createSender = (_provider: Provider, { callbackUrl }: { readonly callbackUrl: string | null }): Sender => {
    made.push(callbackUrl);
    return sender();
  };
  const [operation = ""] = Object.keys(provider.operations);
  const { accounts } = accountsOf(
    {
      plain: provider,
      "with/slash": {
        provider,
        policy: { attemptsMax: 2 },
        operations: { [operation]: { policy: { deadline: "1h" } } },
      },
    },
    { createSender, policy: { attemptTimeout: "3s" }, publicUrl: "https://landline.example.com" },
  );
  expect(made).toEqual([
    "https://landline.example.com/webhooks/plain",
    "https://landline.example.com/webhooks/with%2Fslash",
  ]);
  expect(accounts[0]).toMatchObject({ name: "plain", provider, operationPolicies: {} });
  expect(accounts[0]?.policy).toEqual({ ...defaultPolicy, attemptTimeoutMs: 3_000 });
  expect(accounts[1]?.policy).toEqual({ ...defaultPolicy, attemptTimeoutMs: 3_000, attemptsMax: 2 });
  expect(accounts[1]?.operationPolicies?.[operation]).toEqual({ ...accounts[1]?.policy, deadlineMs: 3_600_000 });
});

test("only senders that were made here are closed here", () => {
  const [mine, theirs] = [sender(), sender()];
  const ready = accountsOf({ a: provider, b: { provider, sender: theirs } }, { createSender: () => mine });
  ready.close();
  expect(mine.close).toHaveBeenCalledOnce();
  expect(theirs.close).not.toHaveBeenCalled();
});

test("what is missing or wrong is named with its path", () => {
  expect(() => accountsOf({ tw: provider }, {})).toThrow(/accounts\.tw has no sender.*createSender/);
  const maker = { createSender: sender };
  expect(() => accountsOf({ tw: { provider, policy: { attemptsMax: 0 } } }, maker)).toThrow(
    /accounts\.tw\.policy\.attemptsMax/,
  );
  expect(() => accountsOf({ tw: { provider, operations: { nothing: {} } } }, maker)).toThrow(
    /accounts\.tw\.operations\.nothing/,
  );
  expect(() => accountsOf({}, { policy: { attemptsMax: 0 } })).toThrow(/policy\.attemptsMax/);
});
