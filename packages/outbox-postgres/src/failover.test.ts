/**
 * A real primary with a real standby behind it: asynchronous replication, the last commits lost, the standby promoted.
 * What was sent in the lost commits waits again on the new server; nothing of it may be sent twice by itself.
 */
import { failure } from "@landline/core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { migratePostgres, openPostgresStore } from "./open-store.ts";
import type { PostgresStore } from "./store.ts";
import type { Cluster } from "./testing/cluster.ts";
import { administer, startCluster } from "./testing/cluster.ts";
import { intent, message, taken } from "./testing/operations.ts";
import { openWire } from "./testing/wire.ts";
import type { Wire } from "./testing/wire.ts";

const lanes = [{ lane: "tw/messages", limit: 100 }];
const presumption = { actor: "landline:restore", since: null, quietMs: 0, onlyIfMoved: true } as const;

/** Repeats until it works, as the outbox does. */
async function insist<T>(verb: () => Promise<T>, tries = 100): Promise<T> {
  try {
    return await verb();
  } catch (error) {
    if (tries === 0) throw error;
    await new Promise((resolve) => setTimeout(resolve, 100));
    return insist(verb, tries - 1);
  }
}

/** Waits until the standby has everything the primary has written. */
async function caughtUp(primary: Cluster, standby: Cluster): Promise<void> {
  const [written] = await administer(primary.url, "SELECT pg_current_wal_lsn()::text");
  await expect
    .poll(async () => {
      const sql = "SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn";
      return administer(standby.url, sql, [written?.[0]]).catch(() => []);
    })
    .toEqual([[true]]);
}

/** The standby hears nothing more: what the primary commits from now on it will never have. */
async function deafen(standby: Cluster): Promise<void> {
  await administer(standby.url, "ALTER SYSTEM SET primary_conninfo = ''");
  await administer(standby.url, "SELECT pg_reload_conf()");
  const receivers = "SELECT count(*)::int FROM pg_stat_wal_receiver WHERE status = 'streaming'";
  await expect.poll(async () => administer(standby.url, receivers)).toEqual([[0]]);
}

async function promote(standby: Cluster): Promise<void> {
  expect(await administer(standby.url, "SELECT pg_promote(true, 60)")).toEqual([[true]]);
}

describe("a standby takes over", () => {
  let primary: Cluster;
  let standby: Cluster;
  let wire: Wire;
  const stores: PostgresStore[] = [];

  beforeAll(async () => {
    primary = await startCluster();
    await migratePostgres(primary.url);
  });

  beforeEach(async () => {
    standby = await primary.standby();
    wire = await openWire(primary.port);
    await caughtUp(primary, standby);
  });

  afterEach(async () => {
    await Promise.all(stores.splice(0).map(async (store) => store.close()));
    await wire.close();
    await standby.destroy();
  });

  afterAll(async () => {
    await primary.destroy();
  });

  async function open(parameters = ""): Promise<PostgresStore> {
    const url = `${primary.url.replace(`:${primary.port}/`, `:${wire.port}/`)}${parameters}`;
    const store = await openPostgresStore(url, { connectionsMax: 2, listen: false });
    stores.push(store);
    return store;
  }

  test("without the last commits: what was sent in them is doubted, not sent again", async () => {
    const [one, two] = [await open(), await open()];
    expect(await one.moved()).toBeNull();
    const [before, lost] = [message(), message()];
    await one.insertMany([before, lost]);
    await caughtUp(primary, standby);
    await deafen(standby);
    const claimed = await one.claim({ worker: "w1", lanes, leaseMs: 60_000 });
    expect(claimed).toHaveLength(2);
    for (const each of claimed) expect(await one.start(each, intent(each))).toBe(true);
    const [first, second] = claimed;
    if (first === undefined || second === undefined) throw new Error("nothing was claimed");
    expect(await one.settle(first, taken(first))).toBe(true);
    const forgotten = message();
    await one.insert(forgotten);

    await primary.stop();
    await promote(standby);
    wire.redirect(standby.port);

    // On the new server both wait as if nothing had happened. Somebody claims them; starting is refused.
    const again = await insist(() => two.claim({ worker: "w2", lanes, leaseMs: 60_000 }));
    expect(again.map(({ id }) => id)).toEqual([before.id, lost.id]);
    for (const each of again) await expect(two.start(each, intent(each))).rejects.toMatchObject({ code: "moved" });
    expect(await two.moved()).toMatch(/timeline 2 instead of 1/);
    await expect(two.expireDue(10)).rejects.toMatchObject({ code: "moved" });

    // Both processes notice; one of them deals with it.
    const because = (await one.moved()) ?? "";
    const dealt = await Promise.all([one, two].map(async (store) => store.presumeStarted({ ...presumption, because })));
    expect(dealt.filter((count) => count !== null)).toEqual([2]);
    expect(await Promise.all([one.moved(), two.moved()])).toEqual([null, null]);
    for (const each of again) expect(await two.start(each, intent(each))).toBe(false);

    // The answer that was on its way when the server died is evidence; the other one is judged like a crash.
    const late = taken(second);
    if (late.type !== "accept" || late.attempt === null) throw new Error("not an acceptance");
    await one.witness(second, late.attempt, late.providerId);
    expect(await one.get(second.id)).toMatchObject({ state: "accepted", providerId: late.providerId });
    const [rescued] = await two.rescue({ worker: "w2", limit: 10, leaseMs: 60_000 });
    expect(rescued).toMatchObject({ id: first.id, attempt: { number: 1, requestDigest: null } });
    if (rescued === undefined) throw new Error("nothing was rescued");
    const what = failure({
      kind: "transport",
      execution: "unknown",
      remedy: "reconcile",
      responsible: "network",
      message: "part of the past is missing",
    });
    const attempt = {
      number: 1,
      endedAt: Date.now(),
      outcome: "ambiguous",
      status: null,
      code: null,
      requestId: null,
      phase: "write",
      failure: what,
    } as const;
    const history = { ...rescued.history, doubtOpen: true };
    const park = { type: "park", because: "nobody can be asked", reason: "doubt", attempt, failure: what } as const;
    expect(await two.settle(rescued, { ...park, history })).toBe(true);

    // What came after the last replicated commit is gone: its caller hands it over again, and it flows.
    expect(await two.get(forgotten.id)).toBeNull();
    await two.insert(forgotten);
    const [fresh] = await two.claim({ worker: "w2", lanes, leaseMs: 60_000 });
    if (fresh === undefined) throw new Error("the new one does not flow");
    expect(await two.start(fresh, intent(fresh))).toBe(true);
    expect(await two.settle(fresh, taken(fresh))).toBe(true);
    expect(await two.counts()).toEqual({ accepted: 2, parked: 1, "parked.doubt": 1 });
    expect(await two.verify()).toEqual([]);
    await primary.start();
  });

  test("while it only reads: said in words, nothing lost, and it goes on when it writes", async () => {
    const store = await open();
    const waiting = message();
    await store.insert(waiting);
    await caughtUp(primary, standby);
    await primary.stop();
    wire.redirect(standby.port);
    const refused = message();
    // The first words may be those of a connection that was cut with the old server.
    await store.insert(refused).catch(() => undefined);
    const trouble = await store.insert(refused).catch((error: unknown) => error);
    expect(trouble).toMatchObject({ code: "read_only", message: expect.stringContaining("primary") });
    expect(await store.get(waiting.id)).toMatchObject({ state: "queued" });
    expect(await store.moved()).toBeNull();
    await promote(standby);
    expect(await insist(() => store.insert(refused))).toMatchObject({ type: "inserted" });
    // The connections that were opened while it only read know of the new history all the same.
    expect(await store.moved()).toMatch(/timeline/);
    await primary.start();
  });

  test("with every commit, as the address says: nothing is doubted", async () => {
    const store = await open("?landline_failover=lossless");
    const waiting = message();
    await store.insert(waiting);
    await caughtUp(primary, standby);
    await primary.stop();
    await promote(standby);
    wire.redirect(standby.port);
    const claimed = await insist(() => store.claim({ worker: "w", lanes, leaseMs: 60_000 }));
    const own = claimed.find(({ id }) => id === waiting.id);
    if (own === undefined) throw new Error("it does not wait any more");
    expect(await store.start(own, intent(own))).toBe(true);
    expect(await store.moved()).toBeNull();
    await primary.start();
  });
});

test("a dump that was read into another server is found out", async () => {
  const cluster = await startCluster();
  try {
    await migratePostgres(cluster.url);
    const store = await openPostgresStore(cluster.url, { listen: false });
    await store.insert(message());
    expect(await store.moved()).toBeNull();
    await store.close();
    await administer(
      cluster.url,
      `UPDATE landline.document SET document = '{"system":"7","timeline":"00000001"}' WHERE collection = 'home'`,
    );
    const restored = await openPostgresStore(cluster.url, { listen: false });
    expect(await restored.moved()).toMatch(/another server/);
    await restored.trust({ actor: "ada", because: "upgraded to the next major version" });
    expect(await restored.moved()).toBeNull();
    expect(await restored.counts()).toEqual({ queued: 1 });
    await restored.close();
  } finally {
    await cluster.destroy();
  }
});
