/** Sums: every change once, in the commit of the change, and never lost; and the levels are what a recount finds. */
import { expect } from "vitest";
import type { Rollup, RollupSpan } from "../../ports/index.ts";
import { rollupSpans } from "../../ports/index.ts";
import { meaningOf } from "../../storing/counters.ts";
import { doubted, expired, failed, heldBack, parked, receiptEvent, retried } from "./build.ts";
import type { Kit, OpenStore } from "./kit.ts";
import { check, longMs } from "./kit.ts";

/** Tests of `rollup`. */
export function summing(open: OpenStore): void {
  check(open, "a day of work adds up, in every span, also after a kill", async (kit) => {
    const from = await live(kit);
    await kit.reopen();
    for (const span of rollupSpans) {
      const seen = await sums(kit, span, from);
      const latencies = Object.keys(seen).filter((name) => /^(accepted|delivered) \d+$/.test(name));
      const counted: Record<string, number> = {};
      for (const name of latencies) {
        const [what = ""] = name.split(" ");
        counted[what] = (counted[what] ?? 0) + (seen[name] ?? 0);
      }
      expect(counted).toEqual({ accepted: 3, delivered: 1 });
      expect(Object.fromEntries(Object.entries(seen).filter(([name]) => !latencies.includes(name)))).toEqual({
        asked: 8,
        doubt: 1,
        "outcome accepted": 2,
        "outcome rejected": 2,
        "outcome throttled": 1,
        "outcome unavailable": 2,
        "outcome ambiguous": 1,
        "kind unavailable": 1,
        "kind rate_limited": 1,
        "kind expired": 1,
        "kind invalid_request": 2,
        "kind transport": 1,
        "kind undelivered": 1,
        "entered accepted": 3,
        "entered delivered": 1,
        "entered undelivered": 1,
        "entered parked": 2,
        "entered expired": 1,
        "entered reconciling": 1,
        "entered discarded": 1,
        "reason rejected": 2,
        "reviewed discarded": 1,
      });
    }
    const { levels } = await kit.store.rollup({ span: 1, from: 0, to: 0 });
    expect(named(levels)).toEqual({ "level active": 2, "level parked": 1, "level undelivered": 1 });
  });

  check(open, "by account and operation, and only what lies in the window", async (kit) => {
    await kit.add({ account: "rc", operation: "messages.send", lane: "rc/messages" });
    await kit.addMany(3);
    const now = await kit.store.now();
    const hour = Math.floor(now / 3_600_000) * 3_600_000;
    const { rows, levels, completeFrom, at } = await kit.store.rollup({ span: 60, from: hour, to: hour + 3_600_001 });
    const asked = rows.map(({ account, operation, sums: all }) => [account, operation, all[0]]);
    expect(asked.toSorted(([left], [right]) => String(left).localeCompare(String(right)))).toEqual([
      ["rc", "messages.send", 1],
      ["tw", "messages.create", 3],
    ]);
    expect(levels).toHaveLength(2);
    expect(completeFrom).toBeGreaterThan(0);
    expect(at).toBeGreaterThanOrEqual(now);
    expect((await kit.store.rollup({ span: 60, from: hour - 7_200_000, to: hour })).rows).toEqual([]);
    expect((await kit.store.rollup({ span: 1, from: hour + 3_600_001, to: now + 7_200_000 })).rows).toEqual([]);
  });

  check(open, "what was refused, repeated or lost adds nothing", async (kit) => {
    const first = await kit.add();
    const from = await minute(kit);
    await kit.store.insert({ ...first, id: `${first.id}X` });
    await kit.store.insert({ ...first, id: `${first.id}Y`, fingerprint: "another" });
    const begun = await kit.begin();
    const end = await kit.accepting(begun, "SM1");
    expect(await kit.store.settle(begun, end)).toBe(true);
    expect(await kit.store.settle(begun, end)).toBe(false);
    await kit.store.command({ id: first.id, version: 1, actor: "ada", reason: "late", type: "cancel" });
    const event = receiptEvent("delivered", 9, { providerId: "SM1" });
    for (let times = 0; times < 3; times += 1) await kit.store.receive("tw", event);
    const seen = await sums(kit, 15, from);
    expect(seen).toMatchObject({ asked: 1, "outcome accepted": 1, "entered accepted": 1, "entered delivered": 1 });
    expect(seen["entered cancelled"]).toBeUndefined();
  });

  check(open, "minutes come and go, and their sums stay what they were", async (kit) => {
    // Only a clock that can be turned shows this without waiting.
    const from = await minute(kit);
    const turns = kit.canAdvance ? 130 : 0;
    for (let turn = 0; turn < turns; turn += 1) {
      await kit.add();
      await kit.pass(60_000);
    }
    await kit.reopen();
    await kit.addMany(2);
    for (const span of rollupSpans) expect(await sums(kit, span, from)).toEqual({ asked: turns + 2 });
    const { levels } = await kit.store.rollup({ span: 1, from: 0, to: 0 });
    expect(named(levels)).toEqual({ "level active": turns + 2 });
  });

  check(open, "snoozed ones are told by account", async (kit) => {
    const { id } = await kit.add();
    await kit.store.settle(await kit.begin(), parked(1, await kit.store.now()));
    const { version } = await kit.get(id);
    const until = (await kit.store.now()) + 900_000;
    await kit.store.command({ id, version, actor: "ada", reason: "later", type: "snooze", until });
    const { snoozed } = await kit.store.rollup({ span: 1, from: 0, to: 0 });
    expect([...snoozed]).toEqual([["tw", 1]]);
  });
}

/** Eight operations, and what can happen to them. Returns the minute it began in. */
async function live(kit: Kit): Promise<number> {
  const from = await minute(kit);
  const { store } = kit;
  const now = await store.now();
  await kit.addAccepted("SM1");
  await store.receive("tw", receiptEvent("delivered", 9, { providerId: "SM1" }));
  await kit.addAccepted("SM2");
  const lost = { ...receiptEvent("undelivered", 9, { providerId: "SM2" }) };
  await store.receive("tw", lost, failed("undelivered", "30005", "executed"));
  const { id } = await kit.add();
  await store.settle(await kit.begin(), parked(1, now));
  await store.command({ id, version: 3, actor: "ada", reason: "enough", type: "discard" });
  await kit.add();
  await store.settle(await kit.begin(), parked(1, now));
  await kit.add();
  await store.settle(await kit.begin(), expired(1, now));
  await kit.add();
  await store.settle(await kit.begin(), doubted(1, now, now));
  const [look] = await store.claimReconciliations({ worker: "w", limit: 1, leaseMs: longMs });
  if (look === undefined) throw new Error("nothing to look at");
  const found = await kit.accepting(look, "SM3");
  await store.settle(look, { ...found, attempt: null });
  await kit.add();
  await store.settle(await kit.begin(), retried(1, now, now + 900_000));
  await kit.add();
  await store.settle(await kit.begin(), heldBack(1, now, now + 900_000));
  return from;
}

async function minute(kit: Kit): Promise<number> {
  return Math.floor((await kit.store.now()) / 60_000) * 60_000;
}

/** Sums by their names, from the span a minute is in to the one that is running. */
async function sums(kit: Kit, span: RollupSpan, minuteFrom: number): Promise<Readonly<Record<string, number>>> {
  const from = Math.floor(minuteFrom / (span * 60_000)) * span * 60_000;
  return named((await kit.store.rollup({ span, from, to: (await kit.store.now()) + 1 })).rows);
}

function named(rows: Rollup["levels"]): Readonly<Record<string, number>> {
  const total: Record<string, number> = {};
  for (const row of rows) {
    for (const [counter, sum] of Object.entries(row.sums)) {
      const name = Object.values(meaningOf(Number(counter)) ?? { of: "nothing" }).join(" ");
      total[name] = (total[name] ?? 0) + sum;
    }
  }
  return Object.fromEntries(Object.entries(total).filter(([, sum]) => sum !== 0));
}
