import { expect, test } from "vitest";
import type { Store } from "../ports/index.ts";
import { createMemoryStore } from "../testing/memory-store.ts";
import { newOperation } from "../testing/store-conformance/build.ts";
import { createIncidentBook } from "./incident-book.ts";
import type { IncidentBook } from "./incident-book.ts";

const opened = (at: number) =>
  ({
    type: "incident.opened",
    at,
    provider: "twilio",
    accounts: ["tw"],
    because: "failures on calls and messages",
  }) as const;
const closed = (at: number) =>
  ({ type: "incident.closed", at, provider: "twilio", accounts: ["tw"], because: "it answers again" }) as const;

/** A store whose clock the test turns, and books of as many processes as it likes. */
function world() {
  let now = 1_795_000_000_000;
  const start = now;
  let timers: { readonly at: number; readonly run: () => void }[] = [];
  const store = createMemoryStore({ now: () => now });
  let ids = 0;
  const troubles: string[] = [];
  const book = (over: Partial<Store> = {}): IncidentBook =>
    createIncidentBook({
      store: { ...store, ...over },
      now: () => now,
      onError: (message) => troubles.push(message),
      host: {
        newOperationId: () => `op_${(ids += 1)}`,
        after: (ms, run) => {
          const timer = { at: now + ms, run };
          timers.push(timer);
          return () => (timers = timers.filter((each) => each !== timer));
        },
      },
    });
  const pass = async (ms: number): Promise<void> => {
    const until = now + ms;
    for (;;) {
      const next = timers.filter(({ at }) => at <= until).toSorted((left, right) => left.at - right.at)[0];
      if (next === undefined) break;
      timers = timers.filter((each) => each !== next);
      now = next.at;
      next.run();
      await settled();
    }
    now = until;
  };
  return { store, book, pass, start, troubles, at: () => now, timers: () => timers.length };
}

async function settled(): Promise<void> {
  for (let turns = 0; turns < 20; turns += 1) await Promise.resolve();
}

test("an incident is remembered with its evidence, its end, and what it held", async () => {
  const { store, book, pass, start, at } = world();
  const own = book();
  await store.insertMany([1, 2].map(() => newOperation(start)));
  await store.insert(newOperation(start, { account: "rc", lane: "rc/messages" }));
  own.note(opened(start));
  await settled();
  await pass(120_000);
  await store.insert(newOperation(start));
  expect(await own.list(start, at(), at())).toMatchObject([{ endedAt: null, operationsHeld: 5 }]);
  own.note(closed(at()));
  await settled();
  await pass(60_000);
  await store.insert(newOperation(start));
  const [incident, ...others] = await book().list(start, at(), at());
  expect(others).toEqual([]);
  expect(incident).toMatchObject({
    provider: "twilio",
    accounts: ["tw"],
    startedAt: start,
    endedAt: start + 120_000,
    evidence: "failures on calls and messages",
    endedBecause: "it answers again",
  });
  expect(incident?.operationsHeld).toBe(5);
  expect(await own.list(start + 180_000, start + 240_000, at())).toEqual([]);
});

test("one whose process died is over when it was seen last; one that lasts goes on", async () => {
  const { book, pass, start, at, timers } = world();
  const [dying, living] = [book(), book()];
  dying.note(opened(start));
  await settled();
  await pass(125_000);
  dying.close();
  await pass(600_000);
  expect(await living.list(start, at(), at())).toMatchObject([
    { endedAt: start + 120_000, endedBecause: "the process that saw it ended" },
  ]);
  living.note(opened(at()));
  await settled();
  await pass(600_000);
  const seen = await living.list(start, at(), at());
  expect(seen.map(({ endedAt }) => endedAt)).toEqual([start + 120_000, null]);
  living.note(closed(at()));
  await settled();
  expect(timers()).toBe(0);
});

test("what two processes see at once is one incident, from the first to the last", async () => {
  const { book, pass, start, at } = world();
  const [first, second] = [book(), book()];
  first.note(opened(start));
  await settled();
  await pass(1_000);
  second.note(opened(at()));
  await settled();
  await pass(1_000);
  first.note(closed(at()));
  await settled();
  await pass(5_000);
  second.note(closed(at()));
  await settled();
  expect(await first.list(start, at() + 1, at())).toMatchObject([{ startedAt: start, endedAt: start + 7_000 }]);
});

test("a store that is out of reach harms nobody, and is told", async () => {
  const { book, start, troubles } = world();
  const own = book({
    putDocument: async () => {
      throw new Error("disk full");
    },
  });
  own.note(opened(start));
  await settled();
  expect(troubles).toEqual([expect.stringContaining("disk full")]);
});
