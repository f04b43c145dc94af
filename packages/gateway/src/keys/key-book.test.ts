import { createHost, hashing } from "@landline/host";
import { createMemoryStore } from "@landline/outbox/testing";
import { expect, test, vi } from "vitest";
import { createKeyRing } from "../key-ring.ts";
import { createKeyBook, refreshMs } from "./key-book.ts";
import { keyCollection, readStoredKey } from "./stored-key.ts";

const { digest, newOperationId } = createHost();

function process(documents = createMemoryStore({ now: () => 1_000 })) {
  const ring = createKeyRing([{ name: "app", role: "sender", digest: digest("configured") }], {
    digest,
    equal: hashing.equal,
  });
  const timers: { readonly ms: number; readonly callback: () => void }[] = [];
  let tokens = 0;
  const book = createKeyBook({
    ring,
    documents,
    host: {
      now: () => 1_000,
      digest,
      newOperationId,
      after: (ms, callback) => {
        timers.push({ ms, callback });
        return () => void timers.splice(0);
      },
    },
    newToken: () => `token${(tokens += 1)}`,
  });
  return { ring, book, documents, timers };
}
const asked = { name: "web", role: "operator", accounts: ["tw"], rate: null, createdBy: "ada" } as const;

test("a key is live where it was made at once, elsewhere after the next reading, and so is its end", async () => {
  const here = process();
  const there = process(here.documents);
  const stop = await there.book.start(() => undefined);
  const { key, secret } = await here.book.create(asked);
  expect(here.ring.find(secret)).toMatchObject({ name: "web", role: "operator", accounts: new Set(["tw"]) });
  expect(there.ring.find(secret)).toBeNull();
  expect(there.timers[0]?.ms).toBe(refreshMs);
  there.timers.shift()?.callback();
  await vi.waitFor(() => expect(there.ring.find(secret)?.name).toBe("web"), 5_000);
  await vi.waitFor(() => expect(there.timers).toHaveLength(1), 5_000);

  expect(await here.book.revoke(key.id)).toBe(true);
  expect(here.ring.find(secret)).toBeNull();
  there.timers.shift()?.callback();
  await vi.waitFor(() => expect(there.ring.find(secret)).toBeNull(), 5_000);
  for (const { ring } of [here, there]) expect(ring.find("configured")?.name).toBe("app");
  stop();
});

test("a reading that began before a key was revoked does not bring it back", async () => {
  const { ring, book, documents } = process();
  const { key, secret } = await book.create(asked);
  const old = await documents.listDocuments(keyCollection);
  let answer: (documents: typeof old) => void = () => undefined;
  vi.spyOn(documents, "listDocuments").mockImplementationOnce(
    async () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  const slow = book.list();
  await book.revoke(key.id);
  answer(old);
  await slow;
  expect(ring.find(secret)).toBeNull();
});

test("while the store is away the keys known last stay valid, and reading goes on", async () => {
  const { ring, book, documents, timers } = process();
  const { secret } = await book.create(asked);
  const errors: unknown[] = [];
  const stop = await book.start((error) => void errors.push(error));
  vi.spyOn(documents, "listDocuments").mockRejectedValueOnce(new Error("away"));
  timers.shift()?.callback();
  await vi.waitFor(() => expect(timers).toHaveLength(1), 5_000);
  expect(errors).toHaveLength(1);
  expect(ring.find(secret)?.name).toBe("web");
  stop();
  expect(timers).toEqual([]);
});

test("what the store keeps opens nothing, and what is no key there is ignored", async () => {
  const { ring, book, documents } = process();
  const { secret } = await book.create(asked);
  expect(JSON.stringify(await documents.listDocuments(keyCollection))).not.toContain(secret.slice(3));
  const good = { name: "x", role: "admin", accounts: null, digest: digest("x") };
  for (const [id, document] of Object.entries({
    a: null,
    b: { ...good, digest: "plain" },
    c: { ...good, role: "root" },
    d: { ...good, accounts: "tw" },
    e: { ...good, name: 1 },
  })) {
    expect([id, readStoredKey(document)]).toEqual([id, null]);
    await documents.putDocument(keyCollection, id, document);
  }
  expect((await book.list()).map(({ name }) => name)).toEqual(["app", "web"]);
  expect(ring.find("x")).toBeNull();
});
