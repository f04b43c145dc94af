import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Deadlines } from "./deadlines.ts";

test("a block is named from its earliest deadline on, until a look finds a later one and is committed", () => {
  const deadlines = new Deadlines();
  deadlines.note(1, 50);
  deadlines.note(255, 40);
  deadlines.note(256, 30);
  expect(deadlines.passed(29)).toEqual([]);
  expect(deadlines.passed(30)).toEqual([{ from: 256, to: 512 }]);
  expect(deadlines.passed(40)).toEqual([
    { from: 256, to: 512 },
    { from: 0, to: 256 },
  ]);
  deadlines.looked(256, Infinity);
  deadlines.rolledBack();
  expect(deadlines.passed(30)).toHaveLength(1);
  deadlines.looked(256, Infinity);
  deadlines.committed();
  expect(deadlines.passed(40)).toEqual([{ from: 0, to: 256 }]);
});

test("what is noted between a look and its commit is not forgotten", () => {
  const deadlines = new Deadlines();
  deadlines.note(7, 10);
  deadlines.looked(0, Infinity);
  deadlines.note(8, 20);
  deadlines.committed();
  expect(deadlines.passed(19)).toEqual([]);
  expect(deadlines.passed(20)).toEqual([{ from: 0, to: 256 }]);
});

test("no deadline that passed is ever overlooked", () => {
  const row = fc.record({ seq: fc.integer({ min: 1, max: 200_000 }), deadline: fc.nat(1_000) });
  fc.assert(
    fc.property(fc.array(row), fc.nat(1_000), (all, now) => {
      const deadlines = new Deadlines();
      for (const { seq, deadline } of all) deadlines.note(seq, deadline);
      const blocks = deadlines.passed(now);
      for (const { seq, deadline } of all) {
        expect(blocks.some(({ from, to }) => seq >= from && seq < to) || deadline > now).toBe(true);
      }
    }),
  );
});
