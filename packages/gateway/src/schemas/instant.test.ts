import * as fc from "fast-check";
import { expect, test } from "vitest";
import { instant, parseInstant } from "./instant.ts";

test("what is written is read back", () => {
  const dates = fc.date({
    noInvalidDate: true,
    min: new Date("0001-01-01T00:00:00Z"),
    max: new Date("9999-12-31T23:59:59Z"),
  });
  fc.assert(
    fc.property(dates, (date) => {
      expect(parseInstant(instant(date.getTime()))).toBe(date.getTime());
    }),
  );
});

test("what is written is what a date writes of itself, whole seconds kept or not", () => {
  fc.assert(
    fc.property(fc.double({ min: -8.64e15, max: 8.64e15, noNaN: true }), (ms) => {
      expect(instant(ms)).toBe(new Date(ms).toISOString());
    }),
  );
  expect(instant(9e15)).toBe(new Date(8.64e15).toISOString());
  expect(instant(null)).toBeNull();
});

test("offsets are read, other calendars' days are not", () => {
  expect(parseInstant("2026-01-31T12:00:00+01:00")).toBe(Date.UTC(2026, 0, 31, 11));
  expect(parseInstant("2026-01-31t12:00:00.5z")).toBe(Date.UTC(2026, 0, 31, 12, 0, 0, 500));
  for (const text of [
    "2026-02-30T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01",
    "2026-01-01T00:00:00",
    "1",
    5,
    null,
  ])
    expect([text, parseInstant(text)]).toEqual([text, null]);
});
