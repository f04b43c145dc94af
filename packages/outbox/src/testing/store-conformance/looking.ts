/** Looking: filters that all must hold, pages that do not move, groups by cause, exact counts. */
import { expect } from "vitest";
import type { ListFilter } from "../../ports/index.ts";
import { failed, newOperation, parked, receiptEvent, retried } from "./build.ts";
import type { Kit, OpenStore } from "./kit.ts";
import { check } from "./kit.ts";

/** Tests of `list`, `reviewGroups` and `counts`. */
export function looking(open: OpenStore): void {
  check(open, "newest first, page by page, to the end", async (kit) => {
    const operations = await kit.addMany(23);
    const newest = operations.map(({ id }) => id).toReversed();
    expect(await walk(kit, {}, 5)).toEqual(newest);
    expect(await walk(kit, {}, 23)).toEqual(newest);
    expect(await walk(kit, {}, 200)).toEqual(newest);
  });

  check(open, "pages stay in place while others are inserted", async (kit) => {
    const operations = await kit.addMany(10);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await kit.store.list({}, { limit: 3, cursor });
      if (page === "bad_cursor") throw new Error("its own cursor");
      seen.push(...page.operations.map(({ id }) => id));
      cursor = page.nextCursor;
      await kit.addMany(4);
    } while (cursor !== null);
    expect(seen).toEqual(operations.map(({ id }) => id).toReversed());
  });

  check(open, "a cursor that is none is refused", async (kit) => {
    await kit.addMany(2);
    for (const cursor of ["", "../..", "💥", "' OR 1=1 --", "x".repeat(500)]) {
      expect(await kit.store.list({}, { limit: 1, cursor })).toBe("bad_cursor");
    }
  });

  check(open, "each filter, and all together", async (kit) => {
    const now = await kit.store.now();
    const rare = await kit.add({
      account: "rc",
      operation: "messages.send",
      lane: "rc/messages",
      reference: "order_789",
      recipient: "+4917012345",
      class: "critical",
      subject: "ada",
      idempotencyScope: "crm",
      idempotencyKey: "key_rare_1",
    });
    await kit.addMany(5, { reference: "order_1", recipient: "+15550001111" });
    const parkedOne = await kit.add({ lane: "tw/calls" });
    const begun = await kit.begin(60_000, "tw/calls");
    await kit.store.settle(begun, parked(1, now, "blocked_account", failed("authentication", "20003")));
    const retrying = await kit.add({ lane: "tw/calls" });
    const other = await kit.begin(60_000, "tw/calls");
    await kit.store.settle(other, retried(1, now, now + 900_000));
    const accepted = await kit.addAccepted("SMabc123", { lane: "tw/verify" });
    const cases: readonly [ListFilter, readonly string[]][] = [
      [{ account: "rc" }, [rare.id]],
      [{ accounts: ["rc", "nt"] }, [rare.id]],
      [{ accounts: [] }, []],
      [{ account: "nt" }, []],
      [{ operation: "messages.send" }, [rare.id]],
      [{ reference: "order_789" }, [rare.id]],
      [{ reference: "order_78" }, []],
      [{ recipient: "+4917012345" }, [rare.id]],
      [{ class: "critical" }, [rare.id]],
      [{ subject: "ada" }, [rare.id]],
      [{ idempotencyScope: "crm" }, [rare.id]],
      [{ states: ["parked"] }, [parkedOne.id]],
      [{ states: ["parked", "accepted"] }, [accepted.id, parkedOne.id]],
      [{ states: [] }, []],
      [{ states: ["retrying"] }, [retrying.id]],
      [{ parkedReason: "blocked_account" }, [parkedOne.id]],
      [{ parkedReason: "doubt" }, []],
      [{ code: "20003" }, [parkedOne.id]],
      [{ kind: "unavailable" }, [retrying.id]],
      [{ kind: "unavailable", code: "20003" }, []],
      [{ q: "order_78" }, [rare.id]],
      [{ q: "+4917" }, [rare.id]],
      [{ q: "key_rare" }, [rare.id]],
      [{ q: "SMabc" }, [accepted.id]],
      [{ q: "SMabc123" }, [accepted.id]],
      [{ q: rare.id }, [rare.id]],
      [{ q: rare.id.slice(0, -1) }, (await walk(kit, {}, 50)).filter((id) => id.startsWith(rare.id.slice(0, -1)))],
      [{ q: "%" }, []],
      [{ q: "' OR 1=1 --" }, []],
      [{ account: "rc", class: "critical", states: ["queued"], q: "order" }, [rare.id]],
      [{ account: "tw", q: "order_78" }, []],
      [{ createdAfter: now + 3_600_000 }, []],
      [{ createdBefore: now }, []],
    ];
    for (const [filter, ids] of cases) expect([filter, await walk(kit, filter, 50)]).toEqual([filter, ids]);
    expect(await walk(kit, { reference: "order_1" }, 2)).toHaveLength(5);
    expect(await walk(kit, { createdAfter: now }, 4)).toHaveLength(9);
    expect((await walk(kit, { q: "op_" }, 4)).length).toBe(9);
  });

  check(open, "created before and after an instant", async (kit) => {
    const [early] = [await kit.add()];
    await kit.pass(20);
    const between = await kit.store.now();
    await kit.pass(20);
    const late = await kit.add();
    expect(await walk(kit, { createdBefore: between }, 5)).toEqual([early.id]);
    expect(await walk(kit, { createdAfter: between }, 5)).toEqual([late.id]);
  });

  check(open, "the review queue by cause, the largest group first", async (kit) => {
    const causes = [
      failed("invalid_request", "21211"),
      failed("invalid_request", "21211"),
      failed("invalid_request", "21211"),
      failed("recipient_blocked", "21610"),
      failed("unavailable", "20503"),
    ];
    const ids: string[] = [];
    for (const what of causes) {
      const operation = await kit.add();
      ids.push(operation.id);
      const reason = what.code === "20503" ? "exhausted" : "rejected";
      await kit.store.settle(await kit.begin(), parked(1, await kit.store.now(), reason, what));
      await kit.pass(2);
    }
    const groups = await kit.store.reviewGroups();
    expect(groups).toHaveLength(3);
    expect(groups[0]).toMatchObject({
      account: "tw",
      operation: "messages.create",
      reason: "rejected",
      kind: "invalid_request",
      code: "21211",
      count: 3,
    });
    const [first] = groups;
    expect(new Set(first?.sampleIds)).toEqual(new Set(ids.slice(0, 3)));
    expect(first?.firstSeen).toBeLessThan(first?.lastSeen ?? 0);
    expect(new Set(groups.map(({ fingerprint }) => fingerprint)).size).toBe(3);
    const discard = { actor: "ada", reason: "test", version: null, type: "discard" } as const;
    for (const id of ids.slice(0, 3)) await kit.store.command({ ...discard, id });
    expect((await kit.store.reviewGroups()).map(({ code }) => code ?? "").toSorted()).toEqual(["20503", "21610"]);
  });

  check(open, "what is selected is what is listed, page by page, without what was asked for", async (kit) => {
    await kit.addMany(4);
    const now = await kit.store.now();
    await kit.store.settle(await kit.begin(), parked(1, now));
    await kit.store.settle(await kit.begin(), parked(1, now, "doubt", failed("transport", "ECONNRESET", "unknown")));
    for (const filter of [
      {},
      { states: ["parked"] as const },
      { code: "21211" },
      { recipient: "+15551230000" },
      { account: "no" },
    ]) {
      const listed = await kit.store.list(filter, { limit: 10, cursor: null });
      if (listed === "bad_cursor") throw new Error("no cursor was given");
      const seen = [];
      let cursor: string | null = null;
      do {
        const page = await kit.store.select(filter, { limit: 2, cursor });
        if (page === "bad_cursor") throw new Error(`its own cursor ${cursor}`);
        seen.push(...page.operations);
        cursor = page.nextCursor;
      } while (cursor !== null);
      const expected = listed.operations.map((each) => ({
        id: each.id,
        version: each.version,
        account: each.account,
        operation: each.operation,
        idempotencyScope: each.idempotencyScope,
        state: each.state,
        parkedReason: each.parkedReason,
        kind: each.failure?.kind ?? null,
        code: each.failure?.code ?? null,
      }));
      expect(seen).toEqual(expected);
    }
    expect(await kit.store.select({}, { limit: 2, cursor: "Never!" })).toBe("bad_cursor");
  });

  check(open, "a window of creation has what was created in it, whatever came before and after", async (kit) => {
    const hours = kit.canAdvance ? 3_600_000 : 2;
    const made: { readonly id: string; readonly at: number }[] = [];
    for (let times = 0; times < 6; times += 1) {
      const { id } = await kit.add();
      made.push({ id, at: (await kit.get(id)).createdAt });
      await kit.pass(2 * hours);
    }
    for (const [first, last] of [
      [0, 5],
      [2, 4],
      [5, 5],
      [0, 0],
    ] as const) {
      const [createdAfter, createdBefore] = [made[first]?.at ?? 0, (made[last]?.at ?? 0) + 1];
      const expected = made.slice(first, last + 1).map(({ id }) => id);
      expect(await walk(kit, { createdAfter, createdBefore }, 2)).toEqual(expected.toReversed());
    }
    expect(await walk(kit, { createdAfter: (made.at(-1)?.at ?? 0) + 1 }, 2)).toEqual([]);
    expect(await walk(kit, { createdBefore: made[0]?.at ?? 0 }, 2)).toEqual([]);
  });

  check(open, "counts are exact, by state, and by reason where parked", async (kit) => {
    await kit.addMany(3);
    await kit.begin();
    await kit.add({ lane: "tw/calls" });
    const begun = await kit.begin(60_000, "tw/calls");
    await kit.store.settle(
      begun,
      parked(1, await kit.store.now(), "doubt", failed("transport", "ECONNRESET", "unknown")),
    );
    expect(await kit.store.counts()).toEqual({ queued: 2, sending: 1, parked: 1, "parked.doubt": 1 });
  });

  check(open, "an operation's story has everything in the order it happened", async (kit) => {
    const operation = await kit.add();
    const now = await kit.store.now();
    const first = await kit.begin();
    await kit.store.settle(first, retried(1, now, now));
    const second = await kit.begin();
    await kit.store.settle(second, parked(2, now, "exhausted"));
    await kit.store.command({
      id: operation.id,
      version: 5,
      actor: "ada",
      reason: "once more",
      type: "redrive",
      deadline: now + 90_000,
    });
    const third = await kit.begin();
    await kit.store.settle(third, await kit.accepting(third, "SM1"));
    await kit.store.receive("tw", receiptEvent("delivered", 5, { providerId: "SM1" }));
    await kit.reopen();
    const story = await kit.store.story(operation.id);
    expect(story?.attempts.map(({ number, outcome, decision }) => [number, outcome, decision])).toEqual([
      [1, "unavailable", "retry"],
      [2, "rejected", "park"],
      [3, "accepted", "accept"],
    ]);
    expect(story?.history.map(({ after }) => after)).toEqual([
      "queued",
      "sending",
      "retrying",
      "sending",
      "parked",
      "queued",
      "sending",
      "accepted",
      "delivered",
    ]);
    expect(story?.history.every(({ because, after }) => because !== null || after === "queued")).toBe(true);
    expect(story?.operation.version).toBe(9);
  });

  check(open, "an unknown account has an empty list", async (kit) => {
    await kit.store.insertMany([newOperation(await kit.store.now())]);
    expect(await kit.store.list({ account: "nobody" }, { limit: 5, cursor: null })).toEqual({
      operations: [],
      nextCursor: null,
    });
  });
}

/** All pages of a filter. */
async function walk(kit: Kit, filter: ListFilter, limit: number): Promise<readonly string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await kit.store.list(filter, { limit, cursor });
    if (page === "bad_cursor") throw new Error(`its own cursor ${cursor}`);
    expect(page.operations.length).toBeLessThanOrEqual(limit);
    ids.push(...page.operations.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return ids;
}
