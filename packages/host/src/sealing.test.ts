import { randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createSealer } from "./sealing.ts";

const key = new Uint8Array(32).fill(7);
const other = new Uint8Array(32).fill(8);

test("what is sealed unseals to itself, in its context, and shows nothing of it", () => {
  const sealer = createSealer([key]);
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string(), (text, context) => {
      const sealed = sealer.seal(text, context);
      expect(sealed).toMatch(/^ls1\.[\w-]{11}\.[\w-]{22}\.[\w-]+$/);
      expect(sealer.unseal(sealed, context)).toEqual({ ok: true, text: Buffer.from(text).toString() });
      expect(sealer.unseal(sealed, `${context}x`)).toEqual({ ok: false, because: "broken" });
    }),
    { numRuns: 50 },
  );
  expect(sealer.seal("canary", "a")).not.toBe(sealer.seal("canary", "a"));
});

test("a changed text does not unseal, wherever it was changed", () => {
  const sealer = createSealer([key]);
  const sealed = sealer.seal("the message", "request:op_1");
  const at = (place: number): string => {
    const letter = sealed[place] === "A" ? "B" : "A";
    return `${sealed.slice(0, place)}${letter}${sealed.slice(place + 1)}`;
  };
  for (let place = sealed.indexOf(".", 5) + 1; place < sealed.length - 1; place += 1) {
    if (sealed[place] === ".") continue;
    // The last letter of a base64url part may carry bits that mean nothing.
    if (sealed[place + 1] === "." || place === sealed.length - 2) continue;
    expect([place, sealer.unseal(at(place), "request:op_1").ok]).toEqual([place, false]);
  }
  expect(sealer.unseal(sealed.slice(0, -8), "request:op_1").ok).toBe(false);
  expect(sealer.unseal(`${sealed.slice(0, 40)}AAAA`, "request:op_1").ok).toBe(false);
});

test("old keys are read, the first one seals, a missing one is named", () => {
  const before = createSealer([key]);
  const sealed = before.seal("text", "x");
  const rotated = createSealer([other, key]);
  expect(rotated.keyIds).toEqual([createSealer([other]).keyId, before.keyId]);
  expect(rotated.unseal(sealed, "x")).toEqual({ ok: true, text: "text" });
  expect(rotated.seal("text", "x")).toContain(`ls1.${createSealer([other]).keyId}.`);
  expect(createSealer([other]).unseal(sealed, "x")).toEqual({
    ok: false,
    because: "unknown_key",
    keyId: before.keyId,
  });
});

test("what was never sealed is plain", () => {
  const sealer = createSealer([key]);
  for (const text of ["", "hello", "ls1.", "ls1.a.b.c", `ls2.${"a".repeat(11)}.${"b".repeat(22)}.c`])
    expect(sealer.unseal(text, "x")).toEqual({ ok: false, because: "plain" });
});

test("a tag depends on the secret, and a key must have its length", () => {
  const sealer = createSealer([key]);
  const [one, two] = [sealer.newSecret(), sealer.newSecret()];
  expect(sealer.tag(one, "+14155550100")).toBe(createSealer([other]).tag(one, "+14155550100"));
  expect(sealer.tag(one, "+14155550100")).not.toBe(sealer.tag(two, "+14155550100"));
  expect(sealer.tag(one, "a")).toMatch(/^[\w-]{22}$/);
  expect(() => createSealer([])).toThrow("no key");
  expect(() => createSealer([randomBytes(16)])).toThrow("32 bytes");
});
