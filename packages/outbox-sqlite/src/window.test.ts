/** Windows of creation find exactly what was created in them, whatever was pruned and however the clock was set. */
import { array, assert, asyncProperty, integer, record } from "fast-check";
import { expect, test } from "vitest";
import { sqliteStore } from "./store.ts";
import { message } from "./testing/message.ts";
import { place } from "./testing/place.ts";

const begin = Date.UTC(2026, 0, 1);
const minuteMs = 60_000;

test("as many as a look at every row would find", async () => {
  const steps = array(record({ minutes: integer({ min: -50, max: 400 }), count: integer({ min: 1, max: 20 }) }), {
    minLength: 1,
    maxLength: 8,
  });
  const instants = array(integer({ min: -100, max: 3_000 }), { minLength: 2, maxLength: 2 });
  await assert(
    asyncProperty(steps, array(instants, { minLength: 5, maxLength: 5 }), async (lives, windows) => {
      const file = place();
      let now = begin;
      const created: number[] = [];
      // A life each: within one the clock never goes back.
      for (const { minutes, count } of lives) {
        now += minutes * minuteMs;
        const store = sqliteStore(file, { now: () => now });
        await store.insertMany(Array.from({ length: count }, () => message(created.push(now))));
        await store.close();
      }
      const store = sqliteStore(file, { now: () => now });
      for (const [one = 0, other = 0] of windows) {
        const [after, before] = [one, other].toSorted((left, right) => left - right).map((at) => begin + at * minuteMs);
        const found = await store.list(
          { createdAfter: after ?? 0, createdBefore: before ?? 0 },
          { limit: 200, cursor: null },
        );
        const wanted = created.filter((at) => at >= (after ?? 0) && at < (before ?? 0));
        expect(found === "bad_cursor" ? -1 : found.operations.length).toBe(wanted.length);
      }
      await store.close();
    }),
    { numRuns: 8 },
  );
});
