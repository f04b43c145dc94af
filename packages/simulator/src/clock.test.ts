import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createClock } from "./clock.ts";

test("events run in the order of time, and of asking within one instant", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { maxLength: 200 }), (instants) => {
      const clock = createClock();
      const ran: [number, number][] = [];
      instants.forEach((instant, order) => clock.at(instant, () => ran.push([clock.now(), order])));
      clock.run(1_000);
      const wanted = instants
        .map((instant, order): [number, number] => [instant, order])
        .toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
      expect(ran).toEqual(wanted);
    }),
  );
});

test("what was taken back never runs, and time stops where it was told to", () => {
  const clock = createClock();
  const ran: number[] = [];
  const takeBack = clock.at(10, () => ran.push(10));
  clock.at(20, () => ran.push(20));
  clock.at(30, () => ran.push(30));
  takeBack();
  clock.run(20);
  expect(ran).toEqual([20]);
  expect(clock.now()).toBe(20);
});
