import * as fc from "fast-check";
import { validatePhoneNumberLength } from "libphonenumber-js/min";
import { describe, expect, test } from "vitest";
import { isPossibleNumber, numberFault } from "./e164.ts";

describe("a number", () => {
  test.each([
    "+14155550100",
    "+15005550006",
    "+15005550009",
    "+15551234567",
    "+4917612345678",
    "+442079460958",
    "+80012345678",
    "+8613912345678",
    "+393312345678",
  ])("%s is possible", (number) => {
    expect(numberFault(number)).toBeNull();
  });

  test.each([
    ["", "is not a telephone number"],
    ["hello", "is not a telephone number"],
    ["4155550100", "lacks the leading + and the country code"],
    ["14155550100", "lacks the leading +, provided"],
    ["0171 2345678", "lacks the leading + and the country code"],
    ["004917612345678", "must start with + instead of 00"],
    ["+1 (415) 555-0100", "without spaces and punctuation"],
    ["+1415555010", "is too short for a number in North America (+1)"],
    ["+141555501000", "is too long for a number in North America (+1)"],
    ["+49171", "is too short for a number in Germany (+49)"],
    ["+4917612345678901", "contains characters|is too long for a number in Germany (+49)|without spaces"],
    ["+999123456", "does not start with a country calling code"],
    ["+1500555000x", "contains characters"],
    ["+15005550006;ext=3", "contains characters"],
    ["tel:+15005550006", "lacks the leading +"],
    ["+0123456789", "without spaces|country calling code"],
  ])("%j: %s", (number, expected) => {
    const fault = numberFault(number) ?? "";
    expect(expected.split("|").filter((part) => fault.includes(part))).not.toEqual([]);
  });

  test("is never refused when the library finds it possible, and no text makes it throw", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\+[1-9]\d{5,14}$/), (number) => {
        expect(isPossibleNumber(number) || validatePhoneNumberLength(number) !== undefined).toBe(true);
      }),
      { numRuns: 2_000 },
    );
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => typeof numberFault(text) !== "undefined"));
  });

  test("is refused in words that do not repeat it", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[+0]?[1-9]\d{7,18}$/), (number) => {
        expect(numberFault(number)?.includes(number.replace("+", "")) ?? false).toBe(false);
      }),
    );
  });
});
