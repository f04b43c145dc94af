import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { waitUntil } from "./wait.ts";

const midnight = (zone: string, now: string): string =>
  new Date(waitUntil({ type: "midnight", zone }, Date.parse(now))).toISOString();

test("a delay counts from now", () => {
  expect(waitUntil({ type: "delay", ms: 1_500 }, 1_000)).toBe(2_500);
});

describe("midnight", () => {
  test.each([
    ["UTC", "2026-03-14T12:00:00Z", "2026-03-15T00:00:00.000Z"],
    ["UTC", "2026-03-14T00:00:00.000Z", "2026-03-15T00:00:00.000Z"],
    ["UTC", "2026-03-14T23:59:59.999Z", "2026-03-15T00:00:00.000Z"],
    ["America/Los_Angeles", "2026-01-15T12:00:00Z", "2026-01-16T08:00:00.000Z"],
    ["America/Los_Angeles", "2026-01-15T07:59:59.999Z", "2026-01-15T08:00:00.000Z"],
    ["America/Los_Angeles", "2026-01-15T08:00:00Z", "2026-01-16T08:00:00.000Z"],
    ["America/Los_Angeles", "2026-07-15T12:00:00Z", "2026-07-16T07:00:00.000Z"],
    // Clocks go forward on 8 March 2026 at 02:00 and back on 1 November at 02:00: days of 23 and 25 hours.
    ["America/Los_Angeles", "2026-03-08T08:30:00Z", "2026-03-09T07:00:00.000Z"],
    ["America/Los_Angeles", "2026-03-08T07:30:00Z", "2026-03-08T08:00:00.000Z"],
    ["America/Los_Angeles", "2026-11-01T07:30:00Z", "2026-11-02T08:00:00.000Z"],
    ["America/Los_Angeles", "2026-11-01T06:30:00Z", "2026-11-01T07:00:00.000Z"],
    ["Asia/Kathmandu", "2026-01-01T00:00:00Z", "2026-01-01T18:15:00.000Z"],
    ["Pacific/Kiritimati", "2026-01-01T09:59:59Z", "2026-01-01T10:00:00.000Z"],
    // Midnight itself does not exist on 24 April 2026 in Cairo: the day begins at 01:00.
    ["Africa/Cairo", "2026-04-23T12:00:00Z", "2026-04-23T22:00:00.000Z"],
    ["No/Such_Zone", "2026-03-14T12:00:00Z", "2026-03-15T00:00:00.000Z"],
  ])("in %s after %s is %s", (zone, now, expected) => {
    expect(midnight(zone, now)).toBe(expected);
  });

  test("is later than now, within 25 hours, and shows 00:00 on the wall", () => {
    const wall = new Intl.DateTimeFormat("en-GB", { timeZone: "America/Los_Angeles", timeStyle: "medium" });
    const instants = fc.integer({ min: Date.UTC(2007, 0, 1), max: Date.UTC(2040, 0, 1) });
    fc.assert(
      fc.property(instants, (now) => {
        const at = waitUntil({ type: "midnight", zone: "America/Los_Angeles" }, now);
        expect(at).toBeGreaterThan(now);
        expect(at - now).toBeLessThanOrEqual(25 * 3_600_000);
        expect(wall.format(at)).toBe("00:00:00");
      }),
    );
  });

  test("total: instants outside the calendar give a number too", () => {
    for (const now of [Number.NaN, Number.POSITIVE_INFINITY, 8.64e15, -8.64e15, 1e300]) {
      expect(typeof waitUntil({ type: "midnight", zone: "America/Los_Angeles" }, now)).toBe("number");
    }
  });
});
