import { afterEach, expect, test } from "vitest";
import { createHarness } from "./testing/harness.ts";
import type { Harness } from "./testing/harness.ts";
import { refused } from "./testing/scripted-sender.ts";

let open: Harness[] = [];
afterEach(async () => {
  await Promise.all(open.map(async (harness) => harness.close()));
  open = [];
});

/** A gateway with parked operations. */
async function parked(count: number): Promise<Harness & { readonly ids: readonly string[] }> {
  const made = createHarness();
  open.push(made);
  made.sender.outcome = () => refused("21211");
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) ids.push((await made.create(`k${index}`)).id);
  for (const id of ids) await made.until(id, "parked");
  return { ...made, ids };
}

// oxlint-disable-next-line typescript/no-explicit-any
async function finished({ ask }: Harness, id: string, state = "completed"): Promise<any> {
  for (let tries = 0; tries < 500; tries += 1) {
    const { body } = await ask("GET", `/v1/bulk/${id}?limit=200`, { as: "admin" });
    if (body.state === state) return body;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`${id} never became ${state}`);
}

const ask = { action: "discard", query: { state: "parked", code: 21211 }, reason: "campaign over", rate: 1_000 };

test("many are decided at once; what changed meanwhile is left alone", async () => {
  const made = await parked(5);
  const [changed = ""] = made.ids;
  const dry = await made.ask("POST", "/v1/bulk", { as: "admin", body: { ...ask, dry_run: true } });
  expect([dry.status, dry.body.total, dry.body.state, dry.body.done]).toEqual([202, 5, "completed", 0]);
  const slow = await made.ask("POST", "/v1/bulk", { as: "admin", body: { ...ask, rate: 5 } });
  expect([slow.status, slow.body.total, slow.body.sample_ids]).toEqual([202, 5, made.ids]);
  const last = made.ids.at(-1) ?? "";
  const { body: before } = await made.ask("GET", `/v1/operations/${last}`, { as: "operator" });
  await made.ask("POST", `/v1/operations/${last}/fix`, {
    as: "operator",
    body: { input: { To: "+14155552671", Body: "x" }, reason: "mine", version: before.version },
  });
  const done = await finished(made, slow.body.id);
  expect([done.done, done.succeeded, done.failed]).toEqual([5, 4, 1]);
  expect(done.results.map((result: { status: string }) => result.status)).toEqual([
    "done",
    "done",
    "done",
    "done",
    "conflict",
  ]);
  const { body: story } = await made.ask("GET", `/v1/operations/${changed}`, { as: "operator" });
  expect(story.state).toBe("discarded");
  expect(story.history.at(-1)).toMatchObject({ actor: `admin (${slow.body.id})` });
});

test("cancelled: what is done stays done, the rest is left alone", async () => {
  const made = await parked(4);
  const { body } = await made.ask("POST", "/v1/bulk", { as: "admin", body: { ...ask, rate: 1 } });
  const cancelled = await made.ask("POST", `/v1/bulk/${body.id}/cancel`, { as: "admin", body: { reason: "wait" } });
  expect([cancelled.status, cancelled.body.state]).toEqual([200, "cancelled"]);
  const after = await finished(made, body.id, "cancelled");
  expect(after.done).toBeLessThan(4);
  expect(after.results.at(-1).status).toBe("pending");
  expect((await made.ask("POST", `/v1/bulk/${body.id}/cancel`, { as: "admin" })).status).toBe(409);
});

test("a restart goes on, and what was done before the crash counts as done", async () => {
  const made = await parked(3);
  const { body } = await made.ask("POST", "/v1/bulk", { as: "admin", body: { ...ask, rate: 1 } });
  const half = await (async () => {
    for (;;) {
      const { body: seen } = await made.ask("GET", `/v1/bulk/${body.id}`, { as: "admin" });
      if (seen.done > 0) return seen;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  })();
  expect(half.done).toBe(1);
  await made.gateway.close();
  // The crash: the second was decided, its record is missing, and the dead owner's word has lapsed.
  const second = made.ids[1] ?? "";
  const { version } = (await made.ask("GET", `/v1/operations/${second}`, { as: "operator" })).body;
  await made.outbox.discard(second, { actor: `admin (${body.id})`, reason: ask.reason, version });
  const record = (await made.store.getDocument("bulk", body.id)) as Record<string, unknown>;
  await made.store.putDocument("bulk", body.id, { ...record, rate: 1_000 });
  await made.store.putDocument("bulk_owner", body.id, { name: "dead", until: 0 });
  const next = createHarness({ store: made.store });
  open.push(next);
  await next.gateway.start();
  const done = await finished(next, body.id);
  expect(done.results.map((result: { id: string; status: string }) => [result.id, result.status])).toEqual(
    made.ids.map((id) => [id, "done"]),
  );
});

test.each([
  [true, "completed"],
  [false, "running"],
])("a store that is ours alone (%s): work of a process that died a moment ago is %s", async (storeIsOurs, state) => {
  const made = await parked(2);
  const { body } = await made.ask("POST", "/v1/bulk", { as: "admin", body: { ...ask, rate: 1 } });
  await made.gateway.close();
  const record = (await made.store.getDocument("bulk", body.id)) as Record<string, unknown>;
  await made.store.putDocument("bulk", body.id, { ...record, rate: 1_000 });
  await made.store.putDocument("bulk_owner", body.id, { name: "dead", until: Date.now() + 10_000 });
  const next = createHarness({ store: made.store, storeIsOurs });
  open.push(next);
  await next.gateway.start();
  expect(await finished(next, body.id, state)).toMatchObject({ state });
});

test("what is refused", async () => {
  const made = await parked(0);
  const send = async (body: unknown, as: "admin" | "operator" = "admin"): Promise<readonly unknown[]> => {
    const answer = await made.ask("POST", "/v1/bulk", { as, body });
    return [answer.status, answer.body.details?.field ?? null];
  };
  expect(await send(ask, "operator")).toEqual([403, null]);
  expect(await send({ ...ask, query: {} })).toEqual([400, "query"]);
  expect(await send({ ...ask, query: { state: null, account: null } })).toEqual([400, "query"]);
  expect(await send({ ...ask, query: { colour: "red" } })).toEqual([400, "query.colour"]);
  expect(await send({ ...ask, query: { state: ["parked", "gone"] } })).toEqual([400, "query.state"]);
  expect(await send({ ...ask, action: "explode" })).toEqual([400, "action"]);
  expect(await send({ ...ask, reason: "" })).toEqual([400, "reason"]);
  expect(await send({ ...ask, rate: 0 })).toEqual([400, "rate"]);
  expect((await made.ask("GET", "/v1/bulk/none", { as: "admin" })).status).toBe(404);
  expect((await made.ask("GET", "/v1/bulk", { as: "admin" })).body).toEqual({ data: [] });
});
