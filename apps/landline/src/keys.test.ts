import { keyCollection } from "@landline/gateway";
import { createHost, digest } from "@landline/host";
import { createMemoryStore } from "@landline/outbox/testing";
import { expect, test } from "vitest";
import { readKeys } from "./keys.ts";

const world = () => {
  const store = createMemoryStore({ now: createHost().now });
  let tokens = 0;
  const ports = { digest, newToken: () => `token${(tokens += 1)}` };
  return { store, read: async (keys: Parameters<typeof readKeys>[0] = []) => readKeys(keys, store, ports) };
};
const configured = { name: "ops", role: "admin", key: "key-of-the-ops", rateLimit: null } as const;

test("the first start without keys makes one admin key and shows it once; the store has only its digest", async () => {
  const { store, read } = world();
  expect(await read()).toEqual({ records: [], made: "ll_token1" });
  expect((await read()).made).toBeNull();
  const documents = await store.listDocuments(keyCollection);
  expect(documents).toMatchObject([{ document: { role: "admin", accounts: null, digest: digest("ll_token1") } }]);
  expect(JSON.stringify(documents)).not.toContain("token1");
});

test("of several processes that start at once exactly one shows a key, and it is the one that counts", async () => {
  const { store, read } = world();
  const made = (await Promise.all([read(), read(), read()])).flatMap((keys) => keys.made ?? []);
  expect(made).toHaveLength(1);
  expect(await store.listDocuments(keyCollection)).toMatchObject([{ document: { digest: digest(made[0] ?? "") } }]);
});

test("a key from before keys were made over the API stays valid, as one that can be revoked", async () => {
  const { store, read } = world();
  await store.putDocument("keys", "first-admin", { digest: digest("ll_old") });
  expect((await read()).made).toBeNull();
  expect(await store.listDocuments(keyCollection)).toMatchObject([{ document: { digest: digest("ll_old") } }]);
  expect(await store.getDocument("keys", "first-admin")).toBeNull();
});

test("once an admin key is configured the first key ends; a sender's key does not end it", async () => {
  const { store, read } = world();
  await read();
  await read([{ ...configured, role: "sender" }]);
  expect(await store.listDocuments(keyCollection)).toHaveLength(1);
  const { records, made } = await read([configured]);
  expect([records, made]).toEqual([
    [{ name: "ops", role: "admin", accounts: null, rate: null, digest: digest("key-of-the-ops") }],
    null,
  ]);
  expect(await store.listDocuments(keyCollection)).toEqual([]);
});
