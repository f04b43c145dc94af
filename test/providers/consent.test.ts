/**
 * Consent through the durable flow: Noticia's sandbox, a SQLite store, the real provider. What was said last must win,
 * whatever happened to what was said before.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createSender } from "@landline/client";
import { defaultPolicy } from "@landline/core";
import { createHost, hashing } from "@landline/host";
import { createOutbox } from "@landline/outbox";
import type { Outbox } from "@landline/outbox";
import { sqliteStore } from "@landline/outbox-sqlite";
import { noticia } from "@landline/providers/noticia";
import { createSandbox } from "@landline/sandbox";
import type { FaultRule, Sandbox } from "@landline/sandbox";
import { afterEach, beforeEach, expect, test } from "vitest";

const phone = "+15551234567";
const optIn = { phoneNumber: phone, consentSource: "WEB_FORM", consentedAt: "2026-01-31T09:00:00Z" };

let sandbox: Sandbox;
let outbox: Outbox;
const ending: (() => Promise<void>)[] = [];
beforeEach(async () => {
  const directory = await mkdtemp(path.join(tmpdir(), "landline-consent-"));
  const host = createHost();
  const store = sqliteStore(path.join(directory, "landline.db"));
  sandbox = await createSandbox({ provider: "noticia" });
  const provider = noticia({ apiKey: "ntca_test-key", baseUrl: sandbox.url });
  const sender = createSender(provider);
  const policy = { ...defaultPolicy, attemptTimeoutMs: 10_000, backoff: { ...defaultPolicy.backoff, baseMs: 20 } };
  outbox = createOutbox({ store, accounts: [{ name: "nt", provider, sender, policy }], host, hashing });
  ending.push(async () => {
    await outbox.stop();
    sender.close();
    await Promise.all([store.close(), sandbox.close()]);
    await rm(directory, { recursive: true, force: true });
  });
});
afterEach(async () => {
  for (const end of ending.splice(0)) await end();
});

const say = async (operation: string, input: unknown): Promise<string> => {
  const result = await outbox.enqueue({ account: "nt", operation, input });
  if (result.type !== "accepted") throw new Error(JSON.stringify(result));
  return result.operation.id;
};
const becomes = async (id: string, state: string): Promise<void> => {
  await expect.poll(async () => (await outbox.get(id))?.state, { timeout: 30_000, interval: 10 }).toBe(state);
};
const said = (): readonly string[] => sandbox.effects().map(({ operation }) => operation);
const fails = (what: FaultRule["do"]): void =>
  sandbox.setFaults([{ when: { operation: "subscriptions.opt-in", nth: [1, 2] }, do: what }]);

test("an opt-out waits for an opt-in that is still being repeated, and comes after it", async () => {
  fails({ status: 503 });
  const before = await say("subscriptions.opt-in", optIn);
  const after = await say("subscriptions.opt-out", { phone_number: phone });
  await outbox.run();
  await becomes(after, "accepted");
  await becomes(before, "accepted");
  expect(said()).toEqual(["subscriptions.opt-in", "subscriptions.opt-out"]);
});

test("a parked opt-in cannot be retried after a newer opt-out", async () => {
  fails({ status: 400, code: "VALIDATION_ERROR" });
  const before = await say("subscriptions.opt-in", optIn);
  await outbox.run();
  await becomes(before, "parked");
  const after = await say("subscriptions.opt-out", { phoneNumber: phone });
  await becomes(after, "accepted");
  sandbox.setFaults([]);
  const version = (await outbox.get(before))?.version ?? 0;
  const refused = await outbox.retry(before, { actor: "tester", reason: "again", version });
  expect(refused).toMatchObject({
    type: "conflict",
    message: expect.stringContaining("newer subscriptions.opt-out") as string,
  });
  expect(said()).toEqual(["subscriptions.opt-out"]);
});

test("an opt-in whose answer was lost happens once, under one key", async () => {
  fails({ reset: "after-accept" });
  const id = await say("subscriptions.opt-in", optIn);
  await outbox.run();
  await becomes(id, "accepted");
  expect(said()).toEqual(["subscriptions.opt-in"]);
});
