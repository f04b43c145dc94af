import { createHost, hashing } from "@landline/host";
import { afterEach, expect, test } from "vitest";
import { createKeyRing } from "./key-ring.ts";
import { createHarness } from "./testing/harness.ts";
import type { Answered, Harness } from "./testing/harness.ts";
import { refused } from "./testing/scripted-sender.ts";

type Options = NonNullable<Parameters<typeof createHarness>[0]>;

let open: Harness[] = [];
afterEach(async () => {
  await Promise.all(open.map(async (each) => each.close()));
  open = [];
});

function harness(options: Options = {}): Harness {
  const made = createHarness(options);
  open.push(made);
  return made;
}

/** A gateway with three parked operations. */
async function parked(options: Options = {}): Promise<Harness> {
  const made = harness(options);
  made.sender.outcome = () => refused("21211");
  for (const key of ["a", "b", "c"]) await made.until((await made.create(key)).id, "parked");
  return made;
}

const body = { action: "discard", query: { state: "parked", code: 21211 }, reason: "campaign over", rate: 1_000 };

async function say(
  made: Harness,
  id: string,
  word: string,
  as: "admin" | "second" | "operator" = "admin",
  reason?: string,
): Promise<Answered> {
  return made.ask("POST", `/v1/bulk/${id}/${word}`, { as, body: reason === undefined ? {} : { reason } });
}

// oxlint-disable-next-line typescript/no-explicit-any
async function become(made: Harness, id: string, state: string): Promise<any> {
  return expect
    .poll(async () => (await made.ask("GET", `/v1/bulk/${id}`, { as: "admin" })).body.state, { timeout: 20_000 })
    .toBe(state)
    .then(async () => (await made.ask("GET", `/v1/bulk/${id}`, { as: "admin" })).body);
}

test("above the size it waits for a second person, also after a restart; the first is refused", async () => {
  const limits = { approvalAbove: 2 };
  const made = await parked({ limits });
  const asked = await made.ask("POST", "/v1/bulk", { as: "admin", body });
  expect([asked.status, asked.body.state]).toEqual([202, "awaiting_approval"]);
  expect(asked.body.approval).toEqual({ required: true, above: 2, verdict: null, by: null, at: null, reason: null });
  const { id } = asked.body;
  expect((await say(made, id, "approve")).status).toBe(403);
  expect((await say(made, id, "reject", "admin", "no")).status).toBe(403);
  expect((await say(made, id, "approve", "operator")).status).toBe(403);
  expect((await say(made, id, "pause")).status).toBe(409);
  await made.gateway.close();
  const next = harness({ store: made.store, limits, storeIsOurs: true });
  await next.gateway.start();
  const waiting = (await next.ask("GET", `/v1/bulk/${id}`, { as: "second" })).body;
  expect(waiting).toMatchObject({ state: "awaiting_approval", done: 0, total: 3 });
  // Two at once: one verdict counts, the other is told.
  const words = await Promise.all([
    say(next, id, "approve", "second", "fine"),
    say(next, id, "reject", "second", "no"),
  ]);
  expect(words.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([200, 409]);
  const [approved] = words;
  if (approved.status !== 200) throw new Error("the first word counts");
  expect(approved.body.approval).toMatchObject({ verdict: "approved", by: "second", reason: "fine" });
  const done = await become(next, id, "completed");
  expect([done.succeeded, done.eta_seconds]).toEqual([3, null]);
  expect(done.history.map((line: { event: string; actor: string }) => [line.event, line.actor])).toEqual([
    ["bulk.created", "admin"],
    ["bulk.approved", "second"],
    ["bulk.completed", "landline"],
  ]);
});

test("approved, and the process died before it began: the next one begins", async () => {
  const limits = { approvalAbove: 0 };
  const made = await parked({ limits });
  const { id } = (await made.ask("POST", "/v1/bulk", { as: "admin", body })).body;
  await made.gateway.close();
  await made.store.addDocument("bulk_verdict", id, { verdict: "approved", actor: "second", reason: "fine", at: 1 });
  const next = harness({ store: made.store, limits, storeIsOurs: true });
  await next.gateway.start();
  expect((await become(next, id, "completed")).succeeded).toBe(3);
});

test("rejected: nothing happens to anything, and nobody can change that", async () => {
  const lines: { readonly event: string; readonly actor: string }[] = [];
  const made = await parked({ limits: { approvalAbove: 2 }, audit: async (line) => void lines.push(line) });
  const { id } = (await made.ask("POST", "/v1/bulk", { as: "admin", body })).body;
  expect((await say(made, id, "reject", "second")).status).toBe(400);
  const rejected = await say(made, id, "reject", "second", "too many");
  expect([rejected.status, rejected.body.state, rejected.body.approval.reason]).toEqual([200, "rejected", "too many"]);
  for (const word of ["approve", "pause", "resume", "cancel"])
    expect((await say(made, id, word, "second")).status).toBe(409);
  expect((await made.ask("GET", "/v1/operations?state=parked", { as: "admin" })).body.data).toHaveLength(3);
  expect(lines.map(({ event, actor }) => [event, actor])).toEqual([
    ["bulk.created", "admin"],
    ["bulk.rejected", "second"],
  ]);
});

test("no second person for what is small enough, or only counted; whoever made it may take it back", async () => {
  const made = await parked({ limits: { approvalAbove: 2 } });
  const dry = await made.ask("POST", "/v1/bulk", { as: "admin", body: { ...body, dry_run: true } });
  expect([dry.body.state, dry.body.approval.required]).toEqual(["completed", false]);
  const { id } = (await made.ask("POST", "/v1/bulk", { as: "admin", body })).body;
  expect((await say(made, id, "cancel")).body.state).toBe("cancelled");
  expect((await say(made, id, "approve", "second")).status).toBe(409);
  const [first] = (await made.ask("GET", "/v1/operations?state=parked&limit=1", { as: "admin" })).body.data;
  const small = await made.ask("POST", "/v1/bulk", {
    as: "admin",
    body: { ...body, query: { q: first.id, state: "parked" } },
  });
  expect(small.body).toMatchObject({ total: 1, state: "running", approval: { required: false, above: null } });
});

test("paused, it stays so after a restart; resumed, it goes on where it was", async () => {
  const made = await parked();
  const { id } = (await made.ask("POST", "/v1/bulk", { as: "admin", body: { ...body, rate: 0.1 } })).body;
  await expect.poll(async () => (await made.ask("GET", `/v1/bulk/${id}`, { as: "admin" })).body.done).toBe(1);
  expect((await say(made, id, "resume")).status).toBe(409);
  const paused = await say(made, id, "pause", "admin", "the provider asks us to wait");
  expect([paused.status, paused.body.state, paused.body.eta_seconds]).toEqual([200, "paused", 20]);
  expect((await say(made, id, "pause")).status).toBe(409);
  await made.gateway.close();
  const record = (await made.store.getDocument("bulk", id)) as Record<string, unknown>;
  await made.store.putDocument("bulk", id, { ...record, rate: 1_000 });
  const next = harness({ store: made.store, storeIsOurs: true });
  await next.gateway.start();
  // Whatever would go on would have gone on by now: a start takes work up before it resolves, and a step waits for nothing.
  for (let turns = 0; turns < 50; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  expect((await next.ask("GET", `/v1/bulk/${id}`, { as: "admin" })).body).toMatchObject({ state: "paused", done: 1 });
  expect((await say(next, id, "resume", "second")).body.state).toBe("running");
  const done = await become(next, id, "completed");
  expect([done.done, done.succeeded]).toEqual([3, 3]);
  expect(done.history.map((line: { event: string }) => line.event)).toEqual([
    "bulk.created",
    "bulk.paused",
    "bulk.resumed",
    "bulk.completed",
  ]);
});

test("results as a table, by name or by Accept", async () => {
  const made = await parked();
  const { id } = (await made.ask("POST", "/v1/bulk", { as: "admin", body })).body;
  const done = await become(made, id, "completed");
  const named = await made.ask("GET", `/v1/bulk/${id}.csv`, { as: "admin" });
  const asked = await made.ask("GET", `/v1/bulk/${id}`, { as: "admin", headers: { accept: "text/csv" } });
  expect(named.headers.get("content-type")).toMatch(/^text\/csv/);
  expect(named.headers.get("content-disposition")).toBe(`attachment; filename="${id}.csv"`);
  expect(asked.text).toBe(named.text);
  const lines = named.text.trim().split("\r\n");
  expect(lines).toEqual([
    expect.stringContaining("place,id,status,message,child_id"),
    ...done.results.map((result: { id: string }, index: number) => `${index + 1},${result.id},done,,`),
  ]);
  expect((await made.ask("GET", `/v1/bulk/${id}.csv`, { as: "operator" })).status).toBe(403);
  expect((await made.ask("GET", "/v1/bulk/none.csv", { as: "admin" })).status).toBe(404);
});

test("a preview counts exactly, says what would be skipped and why, and writes nothing", async () => {
  const made = await parked({ limits: { approvalAbove: 2 } });
  const send = async (asked: unknown, as: "admin" | "operator" = "admin"): Promise<Answered> =>
    made.ask("POST", "/v1/bulk/preview", { as, body: asked });
  const { status, body: seen } = await send({
    action: "reconcile",
    query: { state: "parked" },
    limit_sample: 2,
    rate: 1,
  });
  expect(status).toBe(200);
  expect(seen).toMatchObject({
    total: 3,
    will_act: 0,
    skipped: [{ because: "nothing about it is in doubt", count: 3 }],
    by_reason: [{ state: "parked", parked_reason: "rejected", count: 3 }],
    approval_required: true,
    too_many: false,
    seconds: 3,
  });
  expect(seen.sample).toHaveLength(2);
  expect((await send({ action: "retry", query: { state: "parked" } })).body).toMatchObject({
    will_act: 3,
    skipped: [],
  });
  const waiting = await send({ action: "retry", query: { state: "queued,accepted" } });
  expect(waiting.body).toMatchObject({ total: 0, will_act: 0, approval_required: false });
  expect((await send({ action: "fallback", query: { state: "parked" } })).body.skipped).toEqual([
    { because: "the route has no further step", count: 3 },
  ]);
  expect((await made.ask("GET", "/v1/bulk", { as: "admin" })).body.data).toEqual([]);
  expect((await send({ action: "retry", query: {} })).status).toBe(400);
  expect((await send({ action: "retry", query: { state: "parked" } }, "operator")).status).toBe(403);
});

test("a key that is confined to some accounts neither sees nor decides bulk work on others", async () => {
  const { digest } = createHost();
  const key = (name: string, role: "admin" | "operator" | "sender", accounts: readonly string[] | null = null) => ({
    name,
    role,
    accounts,
    digest: digest(`key-${name}`),
  });
  const keys = createKeyRing(
    [key("admin", "admin"), key("operator", "operator"), key("app", "sender"), key("scoped", "admin", ["tw2"])],
    { digest, equal: hashing.equal },
  );
  const made = await parked({ keys, limits: { approvalAbove: 2 } });
  const { id } = (await made.ask("POST", "/v1/bulk", { as: "admin", body })).body;
  const as = "scoped" as const;
  const answers = [
    await made.ask("GET", `/v1/bulk/${id}`, { as }),
    await made.ask("GET", `/v1/bulk/${id}.csv`, { as }),
    await made.ask("POST", `/v1/bulk/${id}/approve`, { as, body: {} }),
    await made.ask("POST", `/v1/bulk/${id}/cancel`, { as, body: {} }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  const own = (await made.ask("POST", "/v1/bulk", { as, body })).body;
  expect((await made.ask("GET", "/v1/bulk", { as })).body.data).toMatchObject([{ id: own.id, total: 0 }]);
  expect((await made.ask("GET", `/v1/bulk/${own.id}`, { as })).status).toBe(200);
  expect((await made.ask("GET", "/v1/bulk", { as: "admin" })).body.data).toHaveLength(2);
});
