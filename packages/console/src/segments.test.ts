import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countSegments } from "./segments.ts";

describe("segments of a text (3GPP TS 23.038)", () => {
  test.each([
    ["", "GSM-7", 0, 0],
    ["a".repeat(160), "GSM-7", 160, 1],
    ["a".repeat(161), "GSM-7", 161, 2],
    ["a".repeat(306), "GSM-7", 306, 2],
    ["a".repeat(307), "GSM-7", 307, 3],
    ["€".repeat(80), "GSM-7", 160, 1],
    ["€".repeat(81), "GSM-7", 162, 2],
    ["я".repeat(70), "UCS-2", 70, 1],
    ["я".repeat(71), "UCS-2", 71, 2],
    ["😀".repeat(35), "UCS-2", 70, 1],
    ["😀".repeat(36), "UCS-2", 72, 2],
  ] as const)("%#", (text, encoding, units, segments) => {
    expect(countSegments(text)).toMatchObject({ encoding, units, segments });
  });

  test("names what forces UCS-2, each once", () => {
    expect(countSegments("Café — naïve —").culprits).toEqual(["—", "ï"]);
    expect(countSegments("àèéìòù {}").culprits).toEqual([]);
  });

  test("an extended character is never split between two parts", () => {
    // 152 septets, then one that needs two: it moves to the next part and leaves a septet unused.
    expect(countSegments(`${"a".repeat(152)}€${"a".repeat(152)}`)).toMatchObject({ units: 306, segments: 3 });
  });

  test("more text never needs fewer segments", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 400 }), fc.string({ maxLength: 50 }), (text, more) => {
        expect(countSegments(text + more).segments).toBeGreaterThanOrEqual(countSegments(text).segments);
      }),
    );
  });
});
