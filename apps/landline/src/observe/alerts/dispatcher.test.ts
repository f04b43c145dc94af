import { createMemoryStore } from "@landline/outbox/testing";
import { expect, test } from "vitest";
import type { Alert } from "./alert.ts";
import { createAlertDispatcher, repeatEveryMs } from "./dispatcher.ts";
import type { Finding } from "./rules.ts";

const trouble: Finding = {
  key: "worker",
  status: "opened",
  severity: "error",
  title: "The worker has trouble",
  text: "disk full",
  at: 1_000,
  account: null,
  operationId: null,
  code: null,
};

async function world(documents = createMemoryStore({ now: () => 0 })) {
  const told: Alert[] = [];
  const dispatcher = await createAlertDispatcher([{ name: "sink", send: async (alert) => void told.push(alert) }], {
    documents,
    log: () => undefined,
    link: () => null,
  });
  return { told, dispatcher, documents };
}

test("the first goes out at once, repeats are counted, the end is told once and leaves nothing in the store", async () => {
  const { told, dispatcher, documents } = await world();
  dispatcher.report(trouble);
  dispatcher.report({ ...trouble, at: 2_000 });
  dispatcher.report({ ...trouble, at: 3_000 });
  await dispatcher.close();
  expect(told.map(({ count }) => count)).toEqual([1]);
  dispatcher.tick(1_000 + repeatEveryMs);
  expect(told.map(({ count }) => count)).toEqual([1, 2]);
  await dispatcher.close();
  expect(await documents.listDocuments("alerts")).toHaveLength(1);
  const over = { ...trouble, status: "resolved", at: 4_000 } as const;
  dispatcher.report(over);
  dispatcher.report(over);
  await dispatcher.close();
  expect(told.map(({ status }) => status)).toEqual(["opened", "opened", "resolved"]);
  expect(await documents.listDocuments("alerts")).toEqual([]);
});

test("a restart neither pages again nor forgets to say that it is over", async () => {
  const before = await world();
  before.dispatcher.report(trouble);
  await before.dispatcher.close();
  const after = await world(before.documents);
  after.dispatcher.report({ ...trouble, at: 2_000 });
  expect(after.told).toEqual([]);
  after.dispatcher.report({ ...trouble, status: "resolved", at: 3_000 });
  await after.dispatcher.close();
  expect(after.told).toMatchObject([{ status: "resolved", count: 1 }]);
});

test("of two processes that see the same trouble one pages, and one says that it is over", async () => {
  const one = await world();
  const two = await world(one.documents);
  one.dispatcher.report(trouble);
  two.dispatcher.report({ ...trouble, at: 1_500 });
  await one.dispatcher.close();
  await two.dispatcher.close();
  expect([...one.told, ...two.told]).toHaveLength(1);
  // Whoever hears first that it is over says so, also when the other one paged.
  two.dispatcher.report({ ...trouble, status: "resolved", at: 2_000 });
  await two.dispatcher.close();
  one.dispatcher.report({ ...trouble, status: "resolved", at: 2_500 });
  await one.dispatcher.close();
  expect([...one.told, ...two.told].map(({ status }) => status).toSorted()).toEqual(["opened", "resolved"]);
});

test("a store that does not answer keeps nobody from being paged", async () => {
  const broken = createMemoryStore({ now: () => 0 });
  const gone = async (): Promise<never> => Promise.reject(new Error("gone"));
  const { told, dispatcher } = await world({ ...broken, addDocument: gone, deleteDocument: gone });
  dispatcher.report(trouble);
  dispatcher.report({ ...trouble, status: "resolved", at: 2_000 });
  await dispatcher.close();
  expect(told.map(({ status }) => status)).toEqual(["opened", "resolved"]);
});
