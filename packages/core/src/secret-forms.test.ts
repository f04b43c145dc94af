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

test("every way a text is escaped", () => {
  const forms = formsOf(`a b&<>"'/!`);
  for (const form of [
    `a b&<>"'/!`,
    "a%20b%26%3C%3E%22'%2F!",
    "a%20b%26%3c%3e%22'%2f!",
    "a%20b%26%3C%3E%22%27%2F%21",
    "a%20b%26%3c%3e%22%27%2f%21",
    "a+b%26%3C%3E%22%27%2F%21",
    "a+b%26%3c%3e%22%27%2f%21",
    `a b&<>\\"'/!`,
    `a b&<>\\"'\\/!`,
    "a b&amp;&lt;&gt;&quot;&#39;/!",
  ]) {
    expect(forms).toContain(form);
  }
  expect(formsOf("a*b~c")).toContain("a%2Ab%7Ec");
});

test("what is too short has no form", () => {
  expect(secretLengthMin).toBe(4);
  expect(formsOf("abc")).toEqual([]);
  expect(formsOf("abcd")).toContain("abcd");
  expect(formsOf("abcd").every((form) => form.length >= 4)).toBe(true);
});
