/** The index in memory against a plain map. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { HashIndex, hashText } from "./hash-index.ts";

test("every row is found under its hash, whatever else is there", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 4_294_967_295 })), { maxLength: 200 }),
      (pairs) => {
        const index = new HashIndex();
        const seen = new Map<number, number[]>();
        for (const [hash, seq] of pairs) {
          const rows = seen.get(hash) ?? [];
          if (rows.length < 64) rows.push(seq);
          seen.set(hash, rows);
          index.add(hash, seq);
        }
        for (const [hash, rows] of seen) {
          const found: number[] = [];
          expect(index.find(hash, (seq) => (found.push(seq), null))).toBeNull();
          expect(found).toEqual(rows);
        }
        expect(index.find(41, () => true)).toBeNull();
      },
    ),
  );
});

test("it grows, and still finds everything", () => {
  const index = new HashIndex();
  const count = 50_000;
  for (let seq = 1; seq <= count; seq += 1) index.add(hashText(`key-${seq}`), seq);
  expect(index.size).toBe(count);
  for (let seq = 1; seq <= count; seq += 1) {
    expect(index.find(hashText(`key-${seq}`), (each) => (each === seq ? each : null))).toBe(seq);
  }
});

test("hashes are the ones on disk", () => {
  expect([hashText(""), hashText("app\nkey-1"), hashText("ü✓")]).toMatchInlineSnapshot(`
    [
      1947474976,
      2414342788,
      3030890356,
    ]
  `);
});

test("a text a million rows share costs no walk over a million", () => {
  const index = new HashIndex();
  for (let seq = 1; seq <= 200_000; seq += 1) index.add(7, seq);
  expect(index.size).toBe(64);
});
