import { afterEach, expect, test } from "vitest";
import { createHarness } from "./testing/harness.ts";
import type { Harness } from "./testing/harness.ts";
import { refused } from "./testing/scripted-sender.ts";

let open: Harness[] = [];
afterEach(async () => {
  await Promise.all(open.map(async (each) => each.close()));
  open = [];
});

function harness(): Harness {
  const made = createHarness();
  open.push(made);
  return made;
}

test("what happened, by bucket and account, and what is so now", async () => {
  const made = harness();
  made.sender.outcome = () => refused("21211");
  const parked = await made.until((await made.create("a")).id, "parked");
  await made.until((await made.create("b")).id, "parked");
  await made.ask("POST", `/v1/operations/${parked.id}/discard`, {
    as: "operator",
    body: { reason: "enough", version: parked.version },
  });
  const { status, body } = await made.ask("GET", "/v1/overview", { as: "viewer" });
  expect(status).toBe(200);
  expect(body).toMatchObject({ bucket: "1m", bucket_seconds: 60, incidents: [] });
  expect(Date.parse(body.complete_from)).toBeLessThanOrEqual(Date.parse(body.at));
  expect(body.series).toHaveLength((Date.parse(body.to) - Date.parse(body.from)) / 60_000);
  const figures = {
    asked: 2,
    states: { parked: 2, discarded: 1 },
    failures: { invalid_request: 2 },
    parked_reasons: { rejected: 2 },
    attempts: { total: 2, accepted: 0, rejected: 2, throttled: 0, unavailable: 0, ambiguous: 0 },
    throttled_share: 0,
    accepted_per_second: 0,
    doubt: 0,
    review: { in: 2, out: 1, out_to: { discarded: 1 } },
    latency: { accepted: null, delivered: null },
  };
  expect(body.totals).toMatchObject(figures);
  const sum = body.series.reduce((total: number, bucket: { asked: number }) => total + bucket.asked, 0);
  expect(sum).toBe(2);
  expect(body.accounts.map(({ account }: { account: string }) => account)).toEqual(["tw", "tw2"]);
  expect(body.accounts[0]).toMatchObject({ ...figures, provider: "twilio", state: "ok" });
  expect(body.accounts[0].lanes.length).toBeGreaterThan(0);
  expect(body.accounts[1]).toMatchObject({ asked: 0, series: [], current: { parked: 0 } });
  expect(body.current).toEqual({
    active: 0,
    reconciling: 0,
    parked: 1,
    parked_open: 1,
    snoozed: 0,
    undelivered: 0,
    oldest_due: null,
  });
});

test("accepted ones have a latency; what waits has an age; other windows are empty", async () => {
  const made = harness();
  await made.until((await made.create("a")).id, "accepted");
  await made.ask("POST", "/v1/accounts/tw/pause", { as: "admin" });
  await made.create("b");
  const { body } = await made.ask("GET", "/v1/overview?account=tw&bucket=1h", { as: "operator" });
  expect(body.totals.latency.accepted).toMatchObject({ count: 1 });
  expect(body.totals.latency.accepted.p99_ms).toBeGreaterThanOrEqual(0);
  expect(body.totals.accepted_per_second).toBeGreaterThan(0);
  expect(body.current).toMatchObject({ active: 1, oldest_due: { lane: expect.stringMatching(/^tw\//) } });
  expect(body.accounts).toHaveLength(1);
  const past = await made.ask("GET", "/v1/overview?from=2001-01-01T00:10:00Z&to=2001-01-01T00:20:00Z", {
    as: "viewer",
  });
  expect(past.body).toMatchObject({ from: "2001-01-01T00:10:00.000Z", bucket: "1m", totals: { asked: 0 } });
  expect(past.body.series).toHaveLength(10);
  expect(past.body.current.active).toBe(1);
});

test("a key sees its own accounts only; what is malformed is refused with its name", async () => {
  const made = harness();
  await made.create("a");
  const scoped = await made.ask("GET", "/v1/overview", { as: "scoped" });
  expect(scoped.body).toMatchObject({ totals: { asked: 0 }, current: { active: 0 } });
  expect(scoped.body.accounts.map(({ account }: { account: string }) => account)).toEqual(["tw2"]);
  const refusal = async (query: string, as: "viewer" | "scoped" | "app" = "viewer"): Promise<readonly unknown[]> => {
    const { status, body } = await made.ask("GET", `/v1/overview?${query}`, { as });
    return [status, body.details?.field];
  };
  expect(await refusal("account=tw", "scoped")).toEqual([400, "account"]);
  expect(await refusal("account=nobody")).toEqual([400, "account"]);
  expect(await refusal("from=yesterday")).toEqual([400, "from"]);
  expect(await refusal("to=2001")).toEqual([400, "to"]);
  expect(await refusal("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z")).toEqual([400, "from"]);
  expect(await refusal("bucket=7m")).toEqual([400, "bucket"]);
  expect(await refusal("bucket=1m&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z")).toEqual([400, "bucket"]);
  expect(await refusal("colour=red")).toEqual([400, "colour"]);
  expect((await refusal("", "app"))[0]).toBe(403);
});
