import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  canonicalJson,
  fingerprintText,
  idempotencyKeyLengthMax,
  isIdempotencyKey,
  requestText,
} from "./idempotency.ts";

describe("isIdempotencyKey", () => {
  test("1 to 255 visible ASCII characters", () => {
    expect(idempotencyKeyLengthMax).toBe(255);
    for (const key of ["a", "!", "~", "5f1c-…".slice(0, 5), "k".repeat(255)]) expect(isIdempotencyKey(key)).toBe(true);
    for (const key of ["", "k".repeat(256), " ", "a b", "a\n", "\u007f", "é", "a\u0000", 7, null, undefined, {}]) {
      expect(isIdempotencyKey(key)).toBe(false);
    }
  });
});

describe("canonicalJson", () => {
  test("writes what JSON writes, sorted", () => {
    expect(canonicalJson({ b: 1, a: [true, null, "x\n"], "": { d: 1.5, c: {} }, e: [] })).toBe(
      '{"":{"c":{},"d":1.5},"a":[true,null,"x\\n"],"b":1,"e":[]}',
    );
    // UTF-16 code units, as RFC 8785 sorts: U+1F600 (a surrogate pair) before U+FB33.
    expect(canonicalJson({ "\ufb33": 1, "\u{1f600}": 2, "\r": 3, "1": 4 })).toBe(
      '{"\\r":3,"1":4,"\u{1f600}":2,"\ufb33":1}',
    );
  });

  test("is the same document for any JSON value, in any order, and after a round trip", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        const back = JSON.parse(text) as unknown;
        expect(back).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(back)).toBe(text);
      }),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const shuffled = Object.fromEntries(Object.entries(value).toReversed());
        expect(canonicalJson(shuffled)).toBe(canonicalJson(value));
      }),
    );
  });

  test("different documents differ", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
        const same = JSON.stringify(sorted(left)) === JSON.stringify(sorted(right));
        expect(canonicalJson(left) === canonicalJson(right)).toBe(same);
      }),
    );
  });

  test("answers where JSON throws or is silent", () => {
    const cyclic: Record<string, unknown> = { a: 1 };
    cyclic["self"] = cyclic;
    cyclic["list"] = [cyclic];
    expect(canonicalJson(cyclic)).toBe('{"a":1,"list":["[circular]"],"self":"[circular]"}');
    const shared = { x: 1 };
    expect(canonicalJson([shared, shared])).toBe('[{"x":1},{"x":1}]');
    expect(
      canonicalJson({ a: undefined, b: () => 1, c: Symbol("s"), d: Number.NaN, e: -Infinity, f: 10n, g: -0 }),
    ).toBe('{"d":null,"e":null,"f":10,"g":0}');
    expect(canonicalJson([undefined, () => 1, Symbol("s")])).toBe("[null,null,null]");
    expect(canonicalJson(undefined)).toBe("null");
    expect(canonicalJson(new Date(0))).toBe('"1970-01-01T00:00:00.000Z"');
    expect(canonicalJson({ at: new Date(0), bad: new Date(Number.NaN) })).toBe(
      '{"at":"1970-01-01T00:00:00.000Z","bad":null}',
    );
    const hostile = {
      get boom(): unknown {
        throw new Error("no");
      },
      toJson: 1,
    };
    expect(canonicalJson(hostile)).toBe('{"boom":"[unreadable]","toJson":1}');
    const liar = {
      toJSON(): unknown {
        throw new Error("no");
      },
    };
    expect(canonicalJson(liar)).toBe('"[unreadable]"');
    expect(canonicalJson({ x: { toJSON: "a member" } })).toBe('{"x":{"toJSON":"a member"}}');
  });

  test("prototype keys are members like any other", () => {
    const value = JSON.parse('{"__proto__":{"x":1},"constructor":2,"toString":3}') as unknown;
    expect(canonicalJson(value)).toBe('{"__proto__":{"x":1},"constructor":2,"toString":3}');
    expect(canonicalJson(Object.create({ inherited: 1 }))).toBe("{}");
  });

  test("nesting is not limited by the stack", () => {
    let deep: unknown = 1;
    for (let level = 0; level < 50_000; level += 1) deep = level % 2 === 0 ? [deep] : { a: deep };
    expect(canonicalJson(deep)).toHaveLength(25_000 * 2 + 25_000 * 6 + 1);
    // What is left out and what is separated is the same in the depth.
    expect(canonicalJson([deep, [1, 2], { b: 1, a: undefined, c: 2 }])).toMatch(/,\[1,2\],\{"b":1,"c":2\}\]$/);
  });

  test("total for anything", () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
        (value) => {
          expect(typeof canonicalJson(value)).toBe("string");
        },
      ),
    );
  });
});

describe("fingerprintText", () => {
  const request = { account: "tw", operation: "messages.create", input: { To: "+1", Body: "x" }, reference: null };

  test("says which rule it follows", () => {
    expect(fingerprintText(request)).toBe(
      'landline-request-1\n{"account":"tw","input":{"Body":"x","To":"+1"},"operation":"messages.create"}',
    );
  });

  test("absent, null and undefined are the same request; anything else is not", () => {
    expect(fingerprintText({ ...request, deadline: undefined })).toBe(fingerprintText(request));
    expect(fingerprintText({ operation: "messages.create", input: { Body: "x", To: "+1" }, account: "tw" })).toBe(
      fingerprintText(request),
    );
    for (const change of [{ reference: "" }, { class: "bulk" }, { input: { To: "+1", Body: "y" } }, { deadline: 0 }]) {
      expect(fingerprintText({ ...request, ...change })).not.toBe(fingerprintText(request));
    }
  });
});

test("requestText joins without ambiguity", () => {
  expect(requestText({ method: "POST", url: "https://x/y", body: "a=1" })).toBe('["POST","https://x/y","a=1"]');
  expect(requestText({ method: "POST", url: "https://x/y", body: null })).not.toBe(
    requestText({ method: "POST", url: "https://x/y", body: "null" }),
  );
});

/** Members in a fixed order, so that equality of documents can be seen in text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return { members: members.map(([name, member]) => [name, sorted(member)]) };
}
