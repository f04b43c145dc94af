import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depthMax, readJson } from "./read-json.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

test("whatever JSON.stringify writes is read back, unless it cannot be kept", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const text = JSON.stringify(value);
      const reading = readJson(encode(text));
      const odd = /\\u0000|\\ud[89a-f]|"__proto__"|"constructor"|\d{16}|\de/i.test(text);
      // What is suspicious may be refused; everything else must be read as it is.
      expect(reading.ok || odd).toBe(true);
      expect(reading.ok ? reading.value : JSON.parse(text)).toEqual(JSON.parse(text));
    }),
    { numRuns: 2_000 },
  );
});

test("a name twice is found at any depth, however it is written, and strings that look like names are not", () => {
  const wrap = (inner: string, depth: number): string => `${'{"k":['.repeat(depth)}${inner}${"]}".repeat(depth)}`;
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.nat(12), (name, depth) => {
      const key = JSON.stringify(name);
      expect(readJson(encode(wrap(`{${key}:1,${key}:2}`, depth))).ok).toBe(false);
      const once = JSON.stringify({ list: [`"${name}":1`, `{${key}:${key}}`, ":", '\\"', "\\"] });
      expect(readJson(encode(once)).ok || once.includes("\\u")).toBe(true);
    }),
  );
  expect(readJson(encode(String.raw`{"a":1,"\u0061":2}`)).ok).toBe(false);
});

test("any bytes at all: a value or a problem, quickly", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const reading = readJson(bytes);
      expect(reading.ok || reading.problem.code === "VALIDATION_ERROR").toBe(true);
    }),
    { numRuns: 2_000 },
  );
  for (const text of ['"'.repeat(200_000), "\\".repeat(200_000), '"\\'.repeat(100_000), '{"":'.repeat(50_000)]) {
    const before = performance.now();
    expect(readJson(encode(text)).ok).toBe(false);
    expect(performance.now() - before).toBeLessThan(5_000);
  }
});

test("the deepest nesting that is allowed, and one more", () => {
  const nested = (depth: number): Uint8Array => encode("[".repeat(depth) + "]".repeat(depth));
  expect(readJson(nested(depthMax)).ok).toBe(true);
  expect(readJson(nested(depthMax + 1)).ok).toBe(false);
});

test("what could be read in two ways names its place", () => {
  const fieldOf = (text: string): unknown => {
    const reading = readJson(encode(text));
    return reading.ok ? null : reading.problem.details?.["field"];
  };
  expect(fieldOf(String.raw`{"a":{"b":["x","\u0000"]}}`)).toBe("a.b.1");
  expect(fieldOf(String.raw`{"a":"\ud800"}`)).toBe("a");
  expect(fieldOf('{"a":1e999}')).toBe("a");
  expect(fieldOf('{"a":9007199254740993}')).toBe("a");
  expect(fieldOf('{"metadata":{"__proto__":1}}')).toBe("metadata.__proto__");
  expect(fieldOf('{"metadata":{"constructor":"ACME Ltd"}}')).toBe(null);
  expect(fieldOf('{"a":1.5e3,"b":"+14155552671 and 1234567890123456"}')).toBe(null);
});
