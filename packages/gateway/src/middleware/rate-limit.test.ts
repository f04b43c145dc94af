import { expect, test } from "vitest";
import { rateLimit } from "./rate-limit.ts";

function clock() {
  let now = 0;
  return { monotonic: () => now, pass: (ms: number) => void (now += ms) };
}

test("what is left is said with every answer, and a refusal says when the next fits", () => {
  const { monotonic, pass } = clock();
  const take = rateLimit({ perSecond: 0.5, burst: 2 }, monotonic);
  expect(take({ name: "app" })).toEqual({
    headers: { "ratelimit-policy": '"key";q=2;w=4', ratelimit: '"key";r=1;t=2' },
    problem: null,
  });
  expect(take({ name: "app" })?.headers["ratelimit"]).toBe('"key";r=0;t=4');
  const refused = take({ name: "app" });
  expect(refused?.problem).toMatchObject({ code: "RATE_LIMITED", headers: { "retry-after": "2" } });
  expect(refused?.headers["ratelimit"]).toBe('"key";r=0;t=4');
  pass(1_999);
  expect(take({ name: "app" })?.problem).not.toBeNull();
  pass(1);
  expect(take({ name: "app" })?.problem).toBeNull();
});

test("a refused request costs nothing, and a pause gives no more than the burst", () => {
  const { monotonic, pass } = clock();
  const take = rateLimit({ perSecond: 1, burst: 2 }, monotonic);
  for (let index = 0; index < 50; index += 1) take({ name: "app" });
  pass(1_000);
  expect(take({ name: "app" })?.problem).toBeNull();
  pass(3_600_000);
  const fits = [1, 2, 3].map(() => take({ name: "app" })?.problem === null);
  expect(fits).toEqual([true, true, false]);
});

test("keys do not share a limit; one key's own rule counts before the common one; without any there is none", () => {
  const { monotonic } = clock();
  const take = rateLimit({ perSecond: 1, burst: 1 }, monotonic);
  expect(take({ name: "a" })?.problem).toBeNull();
  expect(take({ name: "a" })?.problem).not.toBeNull();
  expect(take({ name: "b" })?.problem).toBeNull();
  const own = { name: "c", rate: { perSecond: 10, burst: 10 } };
  expect(take(own)?.headers["ratelimit"]).toBe('"key";r=9;t=1');
  const free = rateLimit(null, monotonic);
  expect(free({ name: "a", rate: null })).toBeNull();
  expect(free(own)?.problem).toBeNull();
});
