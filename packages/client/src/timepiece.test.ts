import { expect, test } from "vitest";
import { Timepiece } from "./timepiece.ts";

test("one reading gives both clocks, and a wall clock that was set is believed within a second", () => {
  const clock = { wall: 1_700_000_000_000, monotonic: 5.75, now: () => clock.wall };
  const read = { now: clock.now, monotonic: () => clock.monotonic };
  const timepiece = new Timepiece(read);
  expect(timepiece.epochAt(5.75)).toBe(1_700_000_000_000);
  expect(timepiece.epochAt(905.75)).toBe(1_700_000_000_900);
  clock.wall += 3_600_000 + 1_000;
  expect(timepiece.epochAt(1_005.7)).toBe(1_700_000_000_999);
  expect(timepiece.epochAt(1_005.75)).toBe(clock.wall);
});

test("no instant lies ahead of the wall clock, which counts whole milliseconds", () => {
  let monotonic = 0.9;
  const timepiece = new Timepiece({ now: () => Math.floor(1_000 + monotonic), monotonic: () => monotonic });
  for (; monotonic < 3_000; monotonic += 0.37) {
    expect(timepiece.epochAt(monotonic)).toBeLessThanOrEqual(Math.floor(1_000 + monotonic));
  }
});
