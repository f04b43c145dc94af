/** What people note while they work through the queue: whose it is, until when it may wait, and what they have to say. */
import { expect } from "vitest";
import type { DeskCommand, ListFilter } from "../../ports/index.ts";
import { failed, parked } from "./build.ts";
import type { Kit, OpenStore } from "./kit.ts";
import { check } from "./kit.ts";

type Note = DeskCommand extends infer Each
  ? Each extends DeskCommand
    ? Omit<Each, "id" | "version" | "actor" | "reason">
    : never
  : never;

/** Tests of `assign`, `snooze` and `comment`. */
export function desking(open: OpenStore): void {
  check(open, "assigned, put off and commented: a version and a line each, and nothing else changes", async (kit) => {
    const id = await park(kit);
    const before = await kit.get(id);
    expect(before).toMatchObject({ state: "parked", assignee: null, snoozedUntil: null });
    await note(kit, id, { type: "assign", assignee: "ada" }, "mine");
    await note(kit, id, { type: "comment" }, "asked the provider");
    await note(kit, id, { type: "snooze", until: before.updatedAt + 60_000 }, "they open at nine");
    await note(kit, id, { type: "snooze", until: null }, "they are early");
    await note(kit, id, { type: "assign", assignee: null }, "lunch");
    await note(kit, id, { type: "assign", assignee: "bea" }, "yours");
    await kit.reopen();
    const story = await kit.store.story(id);
    expect(story?.operation).toEqual({
      ...before,
      version: before.version + 6,
      assignee: "bea",
      lease: expect.any(Number),
    });
    expect(story?.history.slice(3)).toMatchObject([
      { event: "operation.assigned", actor: "ada", because: "to ada: mine", before: "parked", after: "parked" },
      { event: "operation.commented", because: "asked the provider" },
      { event: "operation.snoozed", because: expect.stringContaining("they open at nine") },
      { event: "operation.woken", because: "they are early" },
      { event: "operation.assigned", because: "to nobody: lunch" },
      { event: "operation.assigned", because: "to bea: yours" },
    ]);
  });

  check(open, "of two who assign at once one comes second; only what is parked can be noted upon", async (kit) => {
    const id = await park(kit);
    const { version } = await kit.get(id);
    const head = { id, version, reason: "mine", type: "assign" } as const;
    const results = await Promise.all([
      kit.store.command({ ...head, actor: "ada", assignee: "ada" }),
      kit.store.command({ ...head, actor: "bea", assignee: "bea" }),
    ]);
    expect(results.map(({ type }) => type).toSorted()).toEqual(["conflict", "done"]);
    const waiting = await kit.add();
    for (const type of ["assign", "snooze", "comment"] as const) {
      const what = { type, assignee: "ada", until: null, id: waiting.id, version: 1, actor: "ada", reason: "no" };
      expect(await kit.store.command(what)).toMatchObject({ type: "conflict" });
      expect(await kit.store.command({ ...what, id: "op_nothing" })).toEqual({ type: "not_found" });
    }
    expect((await kit.store.story(waiting.id))?.history).toHaveLength(1);
  });

  check(open, "lists know whose and whether it is put off; what is put off comes back by itself", async (kit) => {
    const [first, second, third] = [await park(kit), await park(kit), await park(kit)];
    await kit.add();
    const now = await kit.store.now();
    await note(kit, first, { type: "assign", assignee: "ada" }, "mine");
    await note(kit, second, { type: "snooze", until: now + 900_000 }, "later");
    // An instant that has passed is what a snooze that ended looks like, without waiting for one to end.
    await note(kit, third, { type: "snooze", until: now - 1 }, "in a moment");
    expect(await ids(kit, { assignee: "ada" })).toEqual([first]);
    expect(await ids(kit, { assignee: "bea" })).toEqual([]);
    expect(await ids(kit, { assignee: null })).toEqual([third, second]);
    expect(await ids(kit, { snoozed: true })).toEqual([second]);
    expect(await ids(kit, { snoozed: false, states: ["parked"] })).toEqual([third, first]);
    const [group] = await kit.store.reviewGroups();
    expect(group).toMatchObject({ count: 2, snoozed: 1 });
    expect(group?.trend).toHaveLength(24);
    expect(group?.trend.reduce((sum, count) => sum + count, 0)).toBe(3);
  });

  check(open, "a group of which everything is put off is still there", async (kit) => {
    const id = await park(kit);
    await note(kit, id, { type: "snooze", until: (await kit.store.now()) + 900_000 }, "later");
    expect(await kit.store.reviewGroups()).toMatchObject([{ count: 0, snoozed: 1, sampleIds: [id] }]);
  });

  check(open, "leaving ends the delay and keeps the person for the next time", async (kit) => {
    const id = await park(kit);
    const now = await kit.store.now();
    await note(kit, id, { type: "assign", assignee: "ada" }, "mine");
    await note(kit, id, { type: "snooze", until: now + 900_000 }, "later");
    const { version } = await kit.get(id);
    const head = { id, actor: "ada", reason: "once more" };
    await kit.store.command({ ...head, type: "redrive", version, deadline: now + 900_000 });
    expect(await kit.get(id)).toMatchObject({ state: "queued", assignee: null, snoozedUntil: null });
    expect(await ids(kit, { assignee: "ada" })).toEqual([]);
    await kit.store.settle(await kit.begin(), parked(2, now));
    expect(await kit.get(id)).toMatchObject({ state: "parked", assignee: "ada", snoozedUntil: null });
    expect(await ids(kit, { assignee: "ada", snoozed: false })).toEqual([id]);
  });
}

async function park(kit: Kit): Promise<string> {
  const operation = await kit.add();
  const what = parked(1, await kit.store.now(), "rejected", failed("invalid_request", "21211"));
  expect(await kit.store.settle(await kit.begin(), what)).toBe(true);
  return operation.id;
}

async function note(kit: Kit, id: string, what: Note, reason: string): Promise<void> {
  const { version } = await kit.get(id);
  const result = await kit.store.command({ ...what, id, version, actor: "ada", reason });
  expect(result).toMatchObject({ type: "done", childId: null, operation: { state: "parked", version: version + 1 } });
}

async function ids(kit: Kit, filter: ListFilter): Promise<readonly string[]> {
  const page = await kit.store.list(filter, { limit: 10, cursor: null });
  if (page === "bad_cursor") throw new Error("no cursor was given");
  return page.operations.map(({ id }) => id);
}
