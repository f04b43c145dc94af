/** A slice of the proof: the same processes, the same reckoning, less of everything. */
import { expect, test } from "vitest";
import { prove } from "./run.ts";

test(
  "kills, cuts, pauses and storms lose nothing, double nothing, and leave true doubts only",
  { timeout: 240_000 },
  async () => {
    const { rows, faults, blows } = await prove({
      store: "sqlite",
      seed: 5,
      operations: 500,
      kills: 9,
      seconds: 22,
      workers: 0,
    });
    expect(faults).toEqual([]);
    expect(blows.kill).toBe(9);
    expect(rows.map(({ promised }) => promised)).toEqual([100, 100, 100, 100, 100]);
    const [asked, key, business, neither] = rows;
    // What can be asked or repeated leaves no doubt to a person, although answers were lost.
    for (const row of [asked, key, business]) {
      expect(row).toMatchObject({ parkedAsDoubt: 0, sentOnce: 100, lost: 0, duplicates: 0 });
      expect(row?.doubts).toBeGreaterThan(0);
    }
    // Where nobody can be asked, every lost answer is a person's.
    expect(neither?.parkedAsDoubt).toBe(neither?.doubts);
    expect(neither?.parkedAsDoubt).toBeGreaterThan(0);
  },
);

test("the same with two workers on one PostgreSQL that is hit as well", { timeout: 240_000 }, async () => {
  const { rows, faults, blows } = await prove({
    store: "postgres",
    seed: 8,
    operations: 200,
    kills: 6,
    seconds: 15,
    workers: 2,
  });
  expect(faults).toEqual([]);
  expect(blows.kill).toBe(6);
  expect(rows.slice(0, 3)).toMatchObject(
    Array.from({ length: 3 }, () => ({ promised: 40, sentOnce: 40, lost: 0, duplicates: 0, parkedAsDoubt: 0 })),
  );
});
