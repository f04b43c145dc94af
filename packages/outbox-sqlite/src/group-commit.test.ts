/** Batches: one commit for what comes together, at once for a lone caller, nothing acknowledged that is not durable. */
import { expect, test } from "vitest";
import { GroupCommit } from "./group-commit.ts";
import type { Transactions } from "./group-commit.ts";
import { StoreTrouble } from "./trouble.ts";

function setUp(faults: { commit?: Error; recover?: Error } = {}): {
  commits: GroupCommit;
  log: string[];
  turn: () => void;
  task: () => void;
} {
  const log: string[] = [];
  const ends: (() => void)[] = [];
  const transactions: Transactions = {
    begin: () => log.push("begin"),
    commit: () => {
      const fault = faults.commit;
      delete faults.commit;
      if (fault !== undefined) throw fault;
      log.push("commit");
    },
    rollback: () => log.push("rollback"),
    judge: (error) => (error instanceof StoreTrouble ? error : null),
    recover: () => {
      log.push("recover");
      if (faults.recover !== undefined) throw faults.recover;
    },
    committed: () => log.push("committed"),
    rolledBack: () => log.push("rolledBack"),
  };
  const tasks: (() => void)[] = [];
  const commits = new GroupCommit(
    transactions,
    (callback) => ends.push(callback),
    (callback) => tasks.push(callback),
  );
  const task = (): void => {
    for (const end of tasks.splice(0)) end();
  };
  const turn = (): void => {
    task();
    for (const end of ends.splice(0)) end();
  };
  return { commits, log, turn, task };
}

test("what is called together is committed together, in order", async () => {
  const { commits, log } = setUp();
  const results = await Promise.all(
    [1, 2, 3].map((number) => commits.write(() => log.push(`verb ${number}`) && number)),
  );
  expect(results).toEqual([1, 2, 3]);
  expect(log).toEqual(["begin", "verb 1", "verb 2", "verb 3", "commit", "committed"]);
});

test("a lone caller is committed without waiting for the end of the turn", async () => {
  const { commits, log } = setUp();
  for (let index = 0; index < 10; index += 1) await commits.write(() => index);
  expect(log.filter((line) => line === "commit")).toHaveLength(10);
});

test("where several turn up, the batch is closed at the end of the turn", async () => {
  const { commits, log, turn } = setUp();
  await Promise.all([commits.write(() => 1), commits.write(() => 2)]);
  const late = commits.write(() => 3);
  for (let index = 0; index < 20; index += 1) await Promise.resolve();
  expect(log.filter((line) => line === "commit")).toHaveLength(1);
  const later = commits.write(() => 4);
  turn();
  expect(await Promise.all([late, later])).toEqual([3, 4]);
  expect(log.filter((line) => line === "commit")).toHaveLength(2);
});

test("a burst of lone callers does not cost a commit each", async () => {
  const { commits, log, turn } = setUp();
  const calls: Promise<number>[] = [];
  for (let index = 0; index < 50; index += 1) {
    calls.push(commits.write(() => index));
    for (let hop = 0; hop < 5; hop += 1) await Promise.resolve();
  }
  expect(log.filter((line) => line === "commit")).toHaveLength(16);
  turn();
  await Promise.all(calls);
  expect(log.filter((line) => line === "commit")).toHaveLength(17);
});

test("callers in tasks of their own share the commit of their turn, also when each comes alone", async () => {
  const { commits, log, turn, task } = setUp();
  const committed = (): number => log.filter((line) => line === "commit").length;
  const calls: Promise<number>[] = [];
  for (let index = 0; index < 10; index += 1) {
    calls.push(commits.write(() => index));
    for (let hop = 0; hop < 5; hop += 1) await Promise.resolve();
    task();
  }
  expect(committed()).toBe(1);
  turn();
  await Promise.all(calls);
  expect(committed()).toBe(2);
});

test("whoever comes alone in turn after turn is served at once again", async () => {
  const { commits, log, turn } = setUp();
  await Promise.all([commits.write(() => 1), commits.write(() => 2)]);
  for (let index = 0; index < 32; index += 1) {
    const call = commits.write(() => index);
    turn();
    await call;
  }
  const before = log.length;
  await commits.write(() => "at once");
  expect(log.length).toBeGreaterThan(before);
});

test("a failed commit rejects everybody and replaces the connection", async () => {
  const trouble = new StoreTrouble("disk_full", "full");
  const { commits, log } = setUp({ commit: trouble });
  const results = await Promise.allSettled([commits.write(() => 1), commits.write(() => 2)]);
  expect(results).toEqual([
    { status: "rejected", reason: trouble },
    { status: "rejected", reason: trouble },
  ]);
  expect(log).toEqual(["begin", "rolledBack", "recover"]);
});

test("a connection that cannot be replaced rejects too, with the newest reason", async () => {
  const second = new StoreTrouble("cannot_open", "gone");
  const { commits } = setUp({ commit: new StoreTrouble("io", "i/o"), recover: second });
  await expect(commits.write(() => 1)).rejects.toBe(second);
});

test("one verb's own fault is its own", async () => {
  const { commits, log } = setUp();
  const fault = new Error("broken invariant");
  const results = await Promise.allSettled([
    commits.write(() => "a"),
    commits.write(() => {
      throw fault;
    }),
    commits.write(() => "c"),
  ]);
  expect(results).toMatchObject([{ value: "a" }, { reason: fault }, { value: "c" }]);
  expect(log.filter((line) => line === "commit")).toHaveLength(2);
});

test("nothing is kept before the commit", async () => {
  const { commits, log, turn } = setUp();
  await Promise.all([commits.write(() => 1), commits.write(() => 2)]);
  let kept = false;
  const call = commits.write(() => 3).then(() => (kept = true));
  for (let hop = 0; hop < 10; hop += 1) await Promise.resolve();
  expect(kept).toBe(false);
  turn();
  await call;
  expect(log.at(-1)).toBe("committed");
});
