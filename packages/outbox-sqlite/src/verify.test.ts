import { failure } from "@landline/core";
import type { Store } from "@landline/outbox";
/** Each invariant, broken by hand: `verify` must find it, name it and say what is wrong. */
import { expect, test } from "vitest";
import { sqliteStore } from "./store.ts";
import { message } from "./testing/message.ts";
import { place, tamper } from "./testing/place.ts";

const refused = failure({
  kind: "invalid_request",
  code: "21211",
  execution: "not_executed",
  remedy: "fix_request",
  responsible: "caller",
  message: "no",
});

/** 1: accepted after a retry and delivered; 2: parked; 3: superseded by 4; 4: queued; 5: sending; 6, 7: ordered. */
async function populate(file: string): Promise<void> {
  let now = 1_000;
  const store = sqliteStore(file, { now: () => now });
  await begin(store, 1, async (lease) => {
    const attempt = {
      number: 1,
      endedAt: now,
      outcome: "unavailable",
      status: 503,
      code: null,
      requestId: null,
      phase: "done",
    } as const;
    const history = { spent: 1, waitedMs: 0, firstAttemptAt: now, doubtOpen: false };
    await store.settle(lease, {
      type: "retry",
      because: "b",
      at: now,
      history,
      failure: refused,
      attempt: { ...attempt, failure: null },
    });
  });
  now += 10;
  await attemptAgain(store, 2, "SM1", now);
  await store.receive("tw", {
    providerId: "SM1",
    operationId: null,
    status: "delivered",
    rank: 5,
    meaning: "delivered",
    code: null,
    message: null,
    at: null,
    dedupeKey: "e1",
    optedOut: null,
  });
  for (const number of [2, 3]) {
    await begin(store, number, async (lease) => {
      const attempt = {
        number: 1,
        endedAt: now,
        outcome: "rejected",
        status: 400,
        code: "21211",
        requestId: null,
        phase: "done",
      } as const;
      const history = { spent: 1, waitedMs: 0, firstAttemptAt: now, doubtOpen: false };
      const park = { type: "park", because: "b", reason: "rejected", failure: refused, history } as const;
      await store.settle(lease, { ...park, attempt: { ...attempt, failure: refused } });
    });
  }
  const child = message(4, { parentId: message(3).id });
  await store.command({
    type: "supersede",
    id: message(3).id,
    version: 3,
    actor: "ada",
    reason: "typo",
    how: "fix",
    child,
  });
  await begin(store, 5, async () => undefined, "tw/calls");
  await store.insert(message(6, { ordered: true, subject: "ada" }));
  await store.insert(message(7, { ordered: true, subject: "ada" }));
  await store.close();
}

async function begin(
  store: Store,
  number: number,
  then: (lease: { readonly id: string; readonly lease: number }) => Promise<void>,
  lane = "tw/messages",
): Promise<void> {
  await store.insert(message(number, { lane }));
  const [claimed] = await store.claim({ worker: "w", lanes: [{ lane, limit: 1 }], leaseMs: 9_000 });
  if (claimed === undefined) throw new Error("nothing to claim");
  expect(await store.start(claimed, { number: 1, requestDigest: "d" })).toBe(true);
  await then(claimed);
}

async function attemptAgain(store: Store, number: number, providerId: string, now: number): Promise<void> {
  const [claimed] = await store.claim({ worker: "w", lanes: [{ lane: "tw/messages", limit: 1 }], leaseMs: 9_000 });
  if (claimed === undefined) throw new Error("nothing to claim");
  await store.start(claimed, { number, requestDigest: "d" });
  const attempt = {
    number,
    endedAt: now,
    outcome: "accepted",
    status: 201,
    code: null,
    requestId: null,
    phase: "done",
  } as const;
  const accept = { type: "accept", because: "b", providerId, providerStatus: null } as const;
  expect(await store.settle(claimed, { ...accept, attempt: { ...attempt, failure: null } })).toBe(true);
}

const at = (number: number): string => `(SELECT seq FROM operation WHERE id = '${message(number).id}')`;

const damages: readonly (readonly [invariant: string, damage: string, says: RegExp])[] = [
  ["I1", `DELETE FROM request WHERE seq = ${at(4)}`, /incomplete/],
  ["I1", `DELETE FROM operation WHERE id = '${message(4).id}'`, /incomplete/],
  ["I2", `UPDATE operation SET state = 77 WHERE id = '${message(4).id}'`, /not in exactly one state/],
  ["I2", `UPDATE operation SET attempt_at = NULL WHERE id = '${message(5).id}'`, /not in exactly one state/],
  ["I2", `UPDATE operation SET reason = NULL WHERE id = '${message(2).id}'`, /not in exactly one state/],
  ["I2", `UPDATE operation SET lane = 99 WHERE id = '${message(1).id}'`, /not in exactly one state/],
  ["I3", `UPDATE operation SET due = NULL WHERE id = '${message(4).id}'`, /nobody will ever reach it/],
  ["I3", `UPDATE operation SET gate = 1 WHERE id = '${message(6).id}'`, /its turn/],
  ["I6", `UPDATE attempt SET outcome = NULL WHERE seq = ${at(1)} AND number = 2`, /no outcome/],
  [
    "I6",
    `INSERT INTO attempt SELECT 900, number, lease, started_at, started_version, ended_at, ended_version, outcome, status, code, request_id,
     phase, failure, decision, because, digest, body FROM attempt LIMIT 1`,
    /of nothing/,
  ],
  ["I7", `DELETE FROM attempt WHERE seq = ${at(1)} AND number = 1`, /journal differ/],
  ["I7", `UPDATE operation SET attempts = 5 WHERE id = '${message(1).id}'`, /journal differ/],
  ["I8", `UPDATE operation SET lease = 1 WHERE id = '${message(1).id}'`, /never current/],
  ["I9", `UPDATE attempt SET lease = 1 WHERE seq = ${at(1)}`, /do not grow/],
  ["I10", `UPDATE attempt SET started_at = 9000000000000 WHERE seq = ${at(2)}`, /after its deadline/],
  ["I10", `UPDATE operation SET deadline = 5 WHERE id = '${message(5).id}'`, /after its deadline/],
  ["I11", `UPDATE attempt SET started_version = 2 WHERE seq = ${at(1)} AND number = 2`, /at once/],
  ["I11", `UPDATE operation SET gate = 0 WHERE id = '${message(7).id}'`, /before an earlier one/],
  ["I15", `UPDATE request SET key = 'key-1' WHERE seq = ${at(2)}`, /one idempotency key/],
  ["I16", `UPDATE operation SET state = 4 WHERE id = '${message(1).id}'`, /did not act/],
  ["I16", "UPDATE receipt SET seq = 900", /of nothing/],
  ["I17", `UPDATE operation SET cause = NULL WHERE id = '${message(2).id}'`, /recount/],
  ["I18", "UPDATE history SET actor = '' WHERE event = 'supersede'", /no actor/],
  ["I18", "UPDATE history SET because = NULL WHERE event = 'supersede'", /no actor/],
  ["I19", `UPDATE operation SET state = 8, reason = NULL WHERE id = '${message(2).id}'`, /does not add up/],
  ["I19", `UPDATE operation SET state = 7, reason = 'doubt' WHERE id = '${message(4).id}'`, /does not add up/],
  ["I23", `UPDATE operation SET state = 8 WHERE id = '${message(3).id}'`, /not superseded/],
  ["I23", `UPDATE request SET parent_id = NULL WHERE seq = ${at(4)}`, /superseded by nothing/],
  ["I23", `UPDATE request SET parent_id = '${message(3).id}' WHERE seq = ${at(6)}`, /2 children/],
  ["I23", `UPDATE request SET parent_id = '${message(6).id}' WHERE seq = ${at(5)}`, /younger/],
];

test("an undamaged store is sound", async () => {
  const file = place();
  await populate(file);
  const store = sqliteStore(file);
  expect(await store.verify()).toEqual([]);
  expect(await store.counts()).toEqual({
    delivered: 1,
    parked: 1,
    "parked.rejected": 1,
    superseded: 1,
    queued: 3,
    sending: 1,
  });
  await store.close();
});

test.each(damages)("%s bites: %s", async (invariant, damage, says) => {
  const file = place();
  await populate(file);
  tamper(file, damage);
  const store = sqliteStore(file);
  const found = (await store.verify()).filter((each) => each.invariant === invariant);
  expect(found.map(({ message: text }) => text).join("\n")).toMatch(says);
  await store.close();
});

test("I12 bites: an index that does not show what is due", async () => {
  const file = place();
  await populate(file);
  tamper(
    file,
    `PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = replace(sql, 'gate = 0', 'gate = 5') WHERE name = 'operation_ready';
    PRAGMA writable_schema = OFF`,
  );
  tamper(file, "REINDEX operation_ready");
  tamper(
    file,
    `PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = replace(sql, 'gate = 5', 'gate = 0') WHERE name = 'operation_ready';
    PRAGMA writable_schema = OFF`,
  );
  const store = sqliteStore(file);
  const found = (await store.verify()).map(({ invariant }) => invariant);
  expect(found).toContain("I12");
  await store.close();
});

test("a sum that the rows do not confirm is found, and named", async () => {
  const file = place();
  const store = sqliteStore(file);
  await store.insert(message(1));
  expect(await store.verify()).toEqual([]);
  await store.close();
  tamper(file, `UPDATE rollup SET counts = '{"100":7}' WHERE span = 1`);
  const again = sqliteStore(file);
  expect(await again.verify()).toMatchObject([{ invariant: "I17", message: expect.stringContaining("7 of tw") }]);
  await again.close();
});
