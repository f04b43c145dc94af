/** Sums stay what the rows are, whatever the machine's clock does between two starts. */
import { levelCounter } from "@landline/outbox/storing";
import { expect, test } from "vitest";
import { sqliteStore } from "./store.ts";
import { message } from "./testing/message.ts";
import { place } from "./testing/place.ts";

test("a clock that was set back before a start loses no operation from the sums", async () => {
  const file = place();
  const minuteMs = 60_000;
  const begin = Date.UTC(2026, 0, 1);
  let made = 0;
  /** A life at these minutes, with one operation at each. */
  const live = async (...minutes: readonly number[]): Promise<number> => {
    let now = begin;
    const store = sqliteStore(file, { now: () => now });
    for (const minute of minutes) {
      now = begin + minute * minuteMs;
      await store.insert(message((made += 1)));
    }
    const { levels } = await store.rollup({ span: 1, from: 0, to: 0 });
    const broken = await store.verify();
    await store.close();
    expect(broken).toEqual([]);
    return levels.reduce((sum, { sums }) => sum + (sums[levelCounter("active")] ?? 0), 0);
  };
  expect(await live(0, 60, 61)).toBe(3);
  expect(await live(30, 31)).toBe(5);
  expect(await live(62, 200)).toBe(7);
});
