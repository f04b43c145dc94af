/** A policy for all, for an account and for one of its operations: the nearest word counts, key by key. */
import { defaultPolicy } from "@landline/core";
import { expect, test } from "vitest";
import { readAccount } from "./account.ts";

const twilio = { provider: "twilio", accountSid: `AC${"1".repeat(32)}`, authToken: "token-of-the-account" };
const pathsOf = (source: unknown): readonly string[] =>
  readAccount("tw", source, defaultPolicy).faults.map(({ path }) => path);

test("an operation's policy is laid over its account's, and that over the common one", () => {
  const { account } = readAccount(
    "tw",
    {
      ...twilio,
      policy: { attemptsMax: 3, deadline: "1h" },
      operations: { "calls.create": { policy: { attemptsMax: 1 } }, "messages.create": {} },
    },
    { ...defaultPolicy, attemptTimeoutMs: 7_000 },
  );
  expect(account?.policy).toMatchObject({ attemptsMax: 3, deadlineMs: 3_600_000, attemptTimeoutMs: 7_000 });
  expect(account?.operationPolicies).toEqual({
    "calls.create": { ...account?.policy, attemptsMax: 1 },
    "messages.create": account?.policy,
  });
});

test("faults come at once, each with its path", () => {
  expect(
    pathsOf({
      ...twilio,
      limits: { ratePerSecond: 0, perMinute: 1 },
      operations: {
        "messages.send": { policy: {} },
        "calls.create": { policy: { attemptsMax: 0, attempts: 2 }, limits: {} },
        "messages.create": 3,
      },
    }),
  ).toEqual([
    "accounts.tw.limits.ratePerSecond",
    "accounts.tw.limits.perMinute",
    "accounts.tw.operations.messages.send",
    "accounts.tw.operations.calls.create.limits",
    "accounts.tw.operations.calls.create.policy.attempts",
    "accounts.tw.operations.calls.create.policy.attemptsMax",
    "accounts.tw.operations.messages.create",
  ]);
  expect(pathsOf({ ...twilio, operations: [] })).toEqual(["accounts.tw.operations"]);
  expect(pathsOf("twilio")).toEqual(["accounts.tw"]);
});
