import { assert as check, property, string } from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { after, monotonic } from "./clock.ts";
import { createHost } from "./create-host.ts";
import { digest, hashing } from "./hashing.ts";
import { logLine } from "./log-line.ts";
import { operationIds } from "./operation-id.ts";
import { sha256Hex } from "./sha256.ts";

describe("operation ids", () => {
  const bytes = (value: number) => (into: Uint8Array) => void into.fill(value);

  test("carry the time of birth, most significant first", () => {
    const next = operationIds(() => 1_469_918_176_385, bytes(0));
    expect(next().slice(0, 13)).toBe("op_01ARYZ6S41");
  });

  test("grow strictly, also when the clock goes back and when a millisecond overflows", () => {
    let ms = 1_000;
    const next = operationIds(() => ms, bytes(255));
    let last = next();
    let disorder = 0;
    expect(last).toMatch(/^op_[0-9A-HJKMNP-TV-Z]{26}$/);
    for (let index = 0; index < 600_000; index += 1) {
      if (index === 1_000) ms = 10;
      const id = next();
      if (id <= last) disorder += 1;
      last = id;
    }
    expect(disorder).toBe(0);
  });

  test("differ between sources", () => {
    const host = createHost();
    expect(new Set(Array.from({ length: 5_000 }, () => host.newOperationId())).size).toBe(5_000);
  });
});

test("the plain digest equals Node's for every text", () => {
  expect(sha256Hex("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  check(
    property(string({ unit: "binary", maxLength: 300 }), (text) => {
      expect(sha256Hex(text)).toBe(digest(text));
    }),
  );
});

test("hashing compares in full length only", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  expect(
    Buffer.from(hashing.hmac("sha1", "key", bytes("The quick brown fox jumps over the lazy dog"))).toString("hex"),
  ).toBe("de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9");
  expect(hashing.equal(bytes("abc"), bytes("abc"))).toBe(true);
  expect(hashing.equal(bytes("abc"), bytes("abd"))).toBe(false);
  expect(hashing.equal(bytes("abc"), bytes("abcd"))).toBe(false);
  expect(Buffer.from(hashing.digest("sha256", bytes("abc"))).toString("hex")).toBe(digest("abc"));
});

describe("after", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("waits longer than a timer can, instead of firing at once", () => {
    const called = vi.fn<() => void>();
    after(2_147_483_647 + 5_000, called);
    vi.advanceTimersByTime(2_147_483_647 + 4_999);
    expect(called).not.toHaveBeenCalled();
    // One more than asked for: real timers may be a millisecond early.
    vi.advanceTimersByTime(2);
    expect(called).toHaveBeenCalledTimes(1);
  });

  test("can be cancelled in every stage", () => {
    const called = vi.fn<() => void>();
    const cancel = after(2_147_483_647 * 2, called);
    vi.advanceTimersByTime(2_147_483_647 + 1);
    cancel();
    cancel();
    vi.advanceTimersByTime(2_147_483_647 * 2);
    expect(called).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("takes nonsense for no wait", () => {
    const called = vi.fn<() => void>();
    after(Number.NaN, called);
    after(-5, called);
    vi.advanceTimersByTime(1);
    expect(called).toHaveBeenCalledTimes(2);
  });
});

test("the monotonic clock does not go back", () => {
  const first = monotonic();
  expect(monotonic()).toBeGreaterThanOrEqual(first);
});

test("a log line is one line, and quotes what would not read back", () => {
  const lines: string[] = [];
  const port = { write: (_level: string, line: string) => void lines.push(line) };
  const plain = logLine({ port, now: () => 0 });
  plain("debug", "not.shown");
  plain("warn", "attempt.ended", { operation: "op_1", because: "a\nb", left: undefined, status: 503 });
  logLine({ port, now: () => 0, json: true })("error", "x", { a: null });
  expect(lines).toEqual([
    '1970-01-01T00:00:00.000Z warn attempt.ended operation=op_1 because="a\\nb" status=503',
    '{"time":"1970-01-01T00:00:00.000Z","level":"error","event":"x","a":null}',
  ]);
});
