import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maskNumbers, maskPhone } from "./phone.ts";

describe("maskPhone", () => {
  test.each([
    ["+15551234567", "+1********67"],
    ["+79161234567", "+7********67"],
    ["+442071838750", "+44********50"],
    ["+4915123456789", "+49*********89"],
    ["+351912345678", "+351*******78"],
    ["+998901234567", "+998*******67"],
    ["+882160012345", "+882*******45"],
    ["whatsapp:+15551234567", "whatsapp:+1********67"],
    ["%2B15551234567", "+1********67"],
    ["+1 (555) 123-4567", "+1********67"],
    ["5551234567", "********67"],
    ["+1234567", "+1****67"],
    ["+123456", "*******"],
    ["sip:bob", "sip:***"],
    ["", ""],
    ["a very long text that is no number at all", "****************"],
  ])("%s becomes %s", (number, masked) => {
    expect(maskPhone(number)).toBe(masked);
  });

  test("every country code of one or two digits is whole, all others have three", () => {
    const short =
      "1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98";
    for (let first = 10; first <= 99; first += 1) {
      const digits = `${first}345678901`;
      const code = short.split(" ").find((known) => digits.startsWith(known)) ?? digits.slice(0, 3);
      expect(maskPhone(`+${digits}`)).toBe(`+${code}${"*".repeat(digits.length - code.length - 2)}01`);
    }
  });

  test("shows at most a country code and two digits of anything", () => {
    fc.assert(
      fc.property(fc.string(), fc.stringMatching(/^[0-9]{0,40}$/), (text, digits) => {
        for (const input of [text, digits, `+${digits}`]) {
          const shown = maskPhone(input)
            .replace(/^[a-z]{1,20}:/i, "")
            .replace(/\D/g, "");
          expect(shown.length).toBeLessThanOrEqual(5);
        }
      }),
    );
  });
});

describe("maskNumbers", () => {
  test.each([
    ["The 'To' number +15005550001 is not valid.", "The 'To' number +1********01 is not valid."],
    ["To=%2B15005550001&From=%2b442071838750", "To=+1********01&From=+44********50"],
    ['{"to":"whatsapp:+15005550001"}', '{"to":"whatsapp:+1********01"}'],
    ["+1 500-555-0001, +44 20 7183 8750", "+1********01, +44********50"],
    ["at 2026-01-01T00:00:00+01:00 code 21211, id 15005550001, 2+2=4, +123456", null],
  ])("%s", (text, masked) => {
    expect(maskNumbers(text)).toBe(masked ?? text);
  });

  test("no number survives in any text", () => {
    fc.assert(
      fc.property(fc.string(), fc.stringMatching(/^[1-9][0-9]{6,14}$/), fc.string(), (before, digits, after) => {
        expect(maskNumbers(`${before} +${digits} ${after}`)).not.toContain(digits);
      }),
    );
  });
});
