import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeForm, encodeForm, encodeFormValue } from "./form.ts";

const pairs = fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.string()));
const forAll = (check: (given: [string, string][]) => void): void => {
  fc.assert(
    fc.property(pairs, (given) => {
      check(given);
    }),
  );
};

describe("a form", () => {
  test("reads back what was written, in order, repetitions kept", () => {
    expect.hasAssertions();
    forAll((given) => {
      expect(decodeForm(encodeForm(given))).toEqual(given);
    });
  });

  test("reads as every server reads it", () => {
    expect.hasAssertions();
    forAll((given) => {
      expect([...new URLSearchParams(encodeForm(given))]).toEqual(given);
    });
  });

  test("is read as a server reads one that somebody else wrote", () => {
    expect.hasAssertions();
    forAll((given) => {
      expect(decodeForm(new URLSearchParams(given).toString())).toEqual(given);
    });
  });

  test("survives malformed escapes and lone surrogates", () => {
    expect(decodeForm("a=%&b=%zz&c&=d&&%E0%A4%A")).toEqual([
      ["a", "%"],
      ["b", "%zz"],
      ["c", ""],
      ["", "d"],
      ["%E0%A4%A", ""],
    ]);
    expect(encodeFormValue("a\uD800b")).toBe("a%EF%BF%BDb");
  });
});
