import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { refusalBytesMax, refusalTexts } from "./refusal-text.ts";

const token = "f00dfeedf00dfeedf00dfeed";
const said = 'Your code is 482913, "Müller" & sons: do not share it with anybody at all.';
const input = { To: "+4915112345678", From: "15005550006", Body: said, StatusCallback: "https://here.example/hook" };
const texts = refusalTexts([token])(input);

describe("what providers echo is removed, what people search for stays", () => {
  test.each<[string, string]>([
    ["the message", said],
    ["its beginning", `the body '${said.slice(0, 30)}…' is too long`],
    ["its end", `…${said.slice(-25)} is too long`],
    ["it in JSON", JSON.stringify({ message: `bad: ${said}` })],
    ["it in JSON with escaped letters", JSON.stringify({ message: said }).replaceAll("ü", "\\u00fc")],
    ["it in JSON in JSON", JSON.stringify({ x: JSON.stringify({ message: said }).replaceAll("ü", "\\u00fc") })],
    ["it in a form", new URLSearchParams({ x: said }).toString().replaceAll("+", "%20")],
    ["the token", `key ${token} is wrong`],
    ["a part of the token", `key ${token.slice(0, 16)}… is wrong`],
    ["the header", `Authorization: Basic ${btoa(`AC1:${token}`)}`],
    ["the number", "number +4915112345678 is wrong"],
    ["the number in a form", "To=%2B4915112345678&x=1"],
    ["the number without its plus", "number 4915112345678 is wrong"],
    ["the sender", "15005550006 is not yours"],
  ])("%s", (_, answer) => {
    const shown = texts.body(answer);
    for (const part of ["482913", "Müller", "share it", "anybody", token.slice(0, 12), "5112345678", "5550006"]) {
      expect(shown).not.toContain(part);
    }
    expect(shown).not.toContain(btoa(`AC1:${token}`));
  });

  test("codes, ids and the rest of the words", () => {
    const answer = JSON.stringify({
      code: 21211,
      message: "The 'To' number +4915112345678 is not a valid phone number",
      more_info: "https://www.twilio.com/docs/errors/21211",
      request_id: "RQ0123456789abcdef0123456789abcdef",
    });
    expect(texts.body(answer)).toBe(answer.replace("+4915112345678", "+49*********78"));
    expect(texts.message("The 'To' number +4915112345678 is bad")).toBe("The 'To' number +49*********78 is bad");
  });

  test("variables, each by itself, and people's names", () => {
    const { body } = refusalTexts([])({
      ContentVariables: JSON.stringify({ 1: "Rumpel", 2: { deep: ["482913"] } }),
      first_name: "Annabel",
      attributes: { tier: "platinum" },
      metadata: "kept",
    });
    expect(body("Rumpel, 482913, Annabel, platinum, kept")).toBe(
      "[redacted], [redacted], [redacted], [redacted], kept",
    );
  });
});

test("an answer is cut to its limit, never within a character", () => {
  const answer = "ü".repeat(100_000);
  const shown = texts.body(answer);
  expect(new TextEncoder().encode(shown).length).toBeLessThanOrEqual(refusalBytesMax);
  expect(shown).toMatch(/^ü+… \[cut\]$/);
  expect(texts.body("short")).toBe("short");
});

test("an input that points to itself or nests without end is read as far as sensible", () => {
  const circle: Record<string, unknown> = { Body: "round and round it goes" };
  circle["self"] = circle;
  expect(refusalTexts([])(circle).body("it said: round and round it goes")).toBe("it said: [redacted]");
  expect(refusalTexts([])(null).body("nothing was said")).toBe("nothing was said");
});

test("whatever was said and however much of it is quoted, twelve characters in a row are not shown", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "c", "d", "e", " "), minLength: 12, maxLength: 60 });
  fc.assert(
    fc.property(letters, fc.nat(48), fc.integer({ min: 12, max: 60 }), (body, from, length) => {
      const quoted = body.slice(from, from + length);
      fc.pre(quoted.length >= 12);
      const shown = refusalTexts([])({ text: body }).message(`<<${quoted}>>`);
      for (let at = 0; at + 12 <= quoted.length; at += 1) expect(shown).not.toContain(quoted.slice(at, at + 12));
    }),
  );
});
