import * as fc from "fast-check";
import { expect, test } from "vitest";
import { openCursor, sealCursor } from "./cursor.ts";

const word = fc.stringMatching(/^[0-9a-zA-Z_.-]{1,40}$/);

test("a cursor that was shown comes back as it was", () => {
  fc.assert(
    fc.property(word, (cursor) => {
      expect(openCursor(sealCursor(cursor) ?? "")).toBe(cursor);
    }),
  );
  expect(sealCursor(null)).toBeNull();
});

test("one letter more, less or another, and it is none of ours", () => {
  fc.assert(
    fc.property(word, fc.nat(), fc.constantFrom("a", "0", "."), (cursor, at, letter) => {
      const sealed = sealCursor(cursor) ?? "";
      const place = at % sealed.length;
      const changed = [
        `${sealed}${letter}`,
        sealed.slice(0, place) + sealed.slice(place + 1),
        sealed.slice(0, place) + letter + sealed.slice(place + 1),
      ].filter((text) => text !== sealed);
      for (const text of changed) expect(openCursor(text)).toBeNull();
    }),
  );
});

test.each(["", ".", "abc", "3", "zzzz.", ".0000000", "\u0000"])("%j was never shown", (text) => {
  expect(openCursor(text)).toBeNull();
});
