import * as fc from "fast-check";
import { expect, test } from "vitest";
import { instantText } from "./instant.ts";

test("writes RFC 3339 UTC and is total", () => {
  expect(instantText(0)).toBe("1970-01-01T00:00:00.000Z");
  expect(instantText(1_700_000_000_123)).toBe("2023-11-14T22:13:20.123Z");
  expect(instantText(Number.POSITIVE_INFINITY)).toBe("+275760-09-13T00:00:00.000Z");
  expect(instantText(8.64e15 + 1)).toBe("+275760-09-13T00:00:00.000Z");
  expect(instantText(-8.64e15 - 1)).toBe("-271821-04-20T00:00:00.000Z");
  expect(instantText(Number.NaN)).toBe("1970-01-01T00:00:00.000Z");
  fc.assert(
    fc.property(fc.integer({ min: -8.64e15, max: 8.64e15 }), (ms) => {
      expect(Date.parse(instantText(ms))).toBe(ms);
    }),
  );
});
