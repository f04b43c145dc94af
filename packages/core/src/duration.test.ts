import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDuration, parseDuration, timerMaxMs } from "./duration.ts";

describe("parseDuration", () => {
  test.each([
    ["200ms", 200],
    ["15s", 15_000],
    ["1.5s", 1_500],
    ["2m", 120_000],
    ["24h", 86_400_000],
    ["7d", 604_800_000],
    [" 1s ", 1_000],
    ["0s", 0],
    ["0.4ms", 0],
    ["0.5ms", 1],
    ["0.0005s", 1],
    ["999999999999ms", 999_999_999_999],
    ["1.123456s", 1_123],
    [250, 250],
    [0, 0],
    [1.6, 2],
  ])("%s is %d ms", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each([
    "",
    "15",
    "15 s",
    "s",
    "-1s",
    "+1s",
    "1e3s",
    "1.s",
    ".5s",
    "1.1234567s",
    "15S",
    "15sec",
    "x15s",
    "1s2m",
    "1000000000000ms",
    "999999999999d",
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    null,
    undefined,
    {},
    true,
  ])("%s is none", (value) => {
    expect(parseDuration(value)).toBeNull();
  });
});

describe("formatDuration", () => {
  test.each([
    [0, "0ms"],
    [1, "1ms"],
    [999, "999ms"],
    [1_000, "1s"],
    [1_500, "1500ms"],
    [60_000, "1m"],
    [90_000, "90s"],
    [3_600_000, "1h"],
    [86_400_000, "1d"],
    [90_000_000, "25h"],
    [2.4, "2ms"],
  ])("%d is %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test("is read back as it was", () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.constantFrom(1, 1_000, 60_000, 3_600_000, 86_400_000), (count, unit) => {
        expect(parseDuration(formatDuration(count * unit))).toBe(count * unit);
      }),
    );
  });
});

test("the longest timer is that of a signed 32-bit integer", () => {
  expect(timerMaxMs).toBe(2 ** 31 - 1);
});
