/** A database that was put back from a backup is found out by the mark beside it, and an honest one never is. */
import { copyFileSync, existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { markPath } from "./mark-file.ts";
import type { Mark } from "./mark-file.ts";
import { MarkKeeper, movedBy } from "./mark.ts";
import { sqliteStore } from "./store.ts";
import type { SqliteStore } from "./store.ts";
import { message } from "./testing/message.ts";
import { place } from "./testing/place.ts";

const lanes = [{ lane: "tw/messages", limit: 1 }];
const presumption = { actor: "ada", because: "put back", since: null, quietMs: 0 };

/** Starts the oldest that waits, as a worker does before it sends. */
async function send(store: SqliteStore): Promise<boolean> {
  const [claimed] = await store.claim({ worker: "w", lanes, leaseMs: 60_000 });
  if (claimed === undefined) throw new Error("nothing waits");
  return store.start(claimed, { number: claimed.attemptsStarted + 1, requestDigest: "digest" });
}

/** A life in which `file` was backed up after the first of three was sent, and used on. */
async function backedUp(file: string): Promise<string> {
  const store = sqliteStore(file);
  await store.insertMany([message(1), message(2), message(3)]);
  await send(store);
  await store.close();
  const backup = `${file}.backup`;
  copyFileSync(file, backup);
  const later = sqliteStore(file);
  expect(await later.moved()).toBeNull();
  await send(later);
  await later.close();
  return backup;
}

describe("what two marks say", () => {
  const [own, ahead, other] = [
    { store: "a", count: 3 },
    { store: "a", count: 4 },
    { store: "b", count: 1 },
  ];
  test.each([
    ["neither: a new store, or one that never sent", null, null, false, null],
    ["a crash before the first commit of a mark", null, { store: "a", count: 0 }, false, null],
    ["a crash right after it", { store: "a", count: 1 }, { store: "a", count: 0 }, false, null],
    ["a fresh database where another was deleted", null, own, true, null],
    ["a backup from before the first mark", null, own, false, /newer one/],
    ["no mark beside it", own, null, false, /missing/],
    ["both alike", own, own, false, null],
    ["a crash between the commit and the file", ahead, own, false, null],
    ["a backup", own, ahead, false, /put back/],
    ["another database in its place", own, other, false, /another one/],
  ])("%s", (_, inside, beside, empty, says) => {
    const because = movedBy(inside, beside, empty);
    expect(because === null ? null : (says?.test(because) ?? because)).toBe(says === null ? null : true);
  });
});

test("the first mark lies beside the database, at 0, before it is committed: a power cut in between is no backup", async () => {
  const done: string[] = [];
  let own: Mark | null = null;
  const keeper = new MarkKeeper({
    isEmpty: () => false,
    readOwn: () => own,
    readBeside: () => null,
    writeBeside: ({ store, count }) => done.push(`beside ${store} ${count}`),
    commit: async (step) => {
      const mark = step();
      done.push(`committed ${mark.store} ${mark.count}`);
      return mark;
    },
    putOwn: (mark) => {
      own = mark;
    },
    newStoreName: () => "a",
    after: () => () => undefined,
  });
  for (const _ of [1, 2]) {
    keeper.started();
    await keeper.close();
  }
  expect(done).toEqual(["beside a 0", "committed a 1", "beside a 1", "committed a 2", "beside a 2"]);
});

test("a backup that was put back sends nothing before what waits was doubted", async () => {
  const file = place();
  const backup = await backedUp(file);
  renameSync(backup, file);
  const store = sqliteStore(file);
  expect(await store.moved()).toMatch(/put back/);
  await expect(send(store)).rejects.toMatchObject({ code: "moved" });
  // Of the three one was started before the backup, the others wait: one of them was sent since.
  expect(await store.presumeStarted({ ...presumption, onlyIfMoved: true })).toBe(2);
  expect(await store.presumeStarted({ ...presumption, onlyIfMoved: true })).toBeNull();
  expect(await store.moved()).toBeNull();
  await store.insert(message(4));
  expect(await send(store)).toBe(true);
  await store.close();
  const again = sqliteStore(file);
  expect(await again.moved()).toBeNull();
  expect(await again.verify()).toEqual([]);
  expect(await again.rescue({ worker: "w", limit: 10, leaseMs: 60_000 })).toHaveLength(4);
  await again.close();
});

test("a copy without its mark is taken for a backup; somebody may know better", async () => {
  const file = place();
  await backedUp(file);
  rmSync(markPath(file));
  const store = sqliteStore(file);
  expect(await store.moved()).toMatch(/missing/);
  await store.trust({ actor: "ada", because: "moved to a larger machine" });
  expect(await send(store)).toBe(true);
  await store.close();
  const again = sqliteStore(file);
  expect(await again.moved()).toBeNull();
  await again.close();
});

test("a mark that cannot be read is no mark, and one that cannot be written harms nobody", async () => {
  const file = place();
  await backedUp(file);
  writeFileSync(markPath(file), "{");
  const store = sqliteStore(file);
  expect(await store.moved()).toMatch(/missing/);
  await store.close();
});

test("a store that never sent has no mark", async () => {
  const file = place();
  const store = sqliteStore(file);
  await store.insert(message(1));
  await store.close();
  expect(existsSync(markPath(file))).toBe(false);
});
