import { expect, test } from "vitest";
import { formsOf, secretLengthMin } from "./secret-forms.ts";

test("a plain word has itself and its three positions in base64, each form once", () => {
  // base64("hunter2!") with 0, 1 and 2 bytes before it, without the characters that neighbours share bits with.
  expect(formsOf("hunter2!").toSorted()).toEqual(
    ["hunter2!", "hunter2%21", "aHVudGVyMi", "h1bnRlcjIh", "odW50ZXIyI"].toSorted(),
  );
});

test("both alphabets of base64, and its percent-encoded form", () => {
  // 0xfb 0xff 0xfe … in UTF-8 is what "ûÿþ" is not; these characters give + and / by position.
  const forms = formsOf("~~~???>>>");
  expect(forms).toContain("fn5+Pz8/Pj4+");
  expect(forms).toContain("fn5-Pz8_Pj4-");
  expect(forms).toContain("fn5%2BPz8%2FPj4%2B");
});

test("what is too short has no form", () => {
  expect(secretLengthMin).toBe(4);
  expect(formsOf("abc")).toEqual([]);
  expect(formsOf("abcd")).toContain("abcd");
  expect(formsOf("abcd").every((form) => form.length >= 4)).toBe(true);
});
