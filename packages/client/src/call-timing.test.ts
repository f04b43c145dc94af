/** The waits of a call, in virtual time: what the policy promises, to the millisecond. */
import type { Observation, RequestDescription } from "@landline/core";
import { describe, expect, test } from "vitest";
import { createClient } from "./client.ts";
import type { Transport } from "./exchange.ts";
import type { CallOptions, ClientOptions } from "./options.ts";
import type { CallResult } from "./result.ts";
import { letterbox } from "./testing/letterbox.ts";
import type { Posted } from "./testing/letterbox.ts";
import { virtualClock } from "./testing/virtual-clock.ts";

const letter = { to: "+15550001", text: "hello" };

interface Run {
  readonly result: CallResult<Posted>;
  readonly starts: readonly number[];
  readonly requests: readonly RequestDescription[];
  readonly pending: number;
}

/** Runs one call against scripted answers; the last one repeats. */
async function run(
  answers: readonly { readonly status: number; readonly headers?: Record<string, string> }[],
  options: ClientOptions = {},
  random = 0,
  call: CallOptions = {},
): Promise<Run> {
  const clock = { ...virtualClock(), random: () => random };
  const starts: number[] = [];
  const requests: RequestDescription[] = [];
  const transport: Transport = {
    send: ({ request }) => {
      const { status, headers = {} } = answers[Math.min(starts.length, answers.length - 1)] ?? { status: 201 };
      starts.push(clock.now() - 1_000_000);
      requests.push(request);
      const seen: Observation = {
        type: "response",
        status,
        headers,
        body: status === 201 ? '{"sid":"SM1"}' : "{}",
        complete: true,
        at: clock.now(),
      };
      return Promise.resolve(seen);
    },
    close: () => undefined,
  };
  const client = createClient(letterbox("http://x", { traits: { doubt: "deduplicate" } }), {
    ...options,
    transport,
    clock,
  });
  const pending = client.call("letters.post", letter, call);
  await clock.advance(3_600_000);
  return { result: await pending, starts, requests, pending: clock.pending };
}

describe("the default policy", () => {
  test("waits 1, 2, 4, 8 and 16 s and then ends", async () => {
    const { result, starts, requests, pending } = await run([{ status: 503 }]);
    expect(starts).toEqual([0, 1_000, 3_000, 7_000, 15_000, 31_000]);
    expect(result).toMatchObject({ ok: false, failure: { kind: "unavailable", status: 503 } });
    expect(new Set(requests.map((request) => JSON.stringify(request))).size).toBe(1);
    expect(pending).toBe(0);
  });

  test("adds at most 20 % at random", async () => {
    const { starts } = await run([{ status: 503 }], {}, 0.999_999);
    expect(starts).toEqual([0, 1_199, 3_598, 8_397, 17_996, 37_195]);
  });
});

test("Retry-After is waited for exactly, in seconds and as a date", async () => {
  const date = new Date(1_000_000 + 7_000 + 20_000).toUTCString();
  const { starts } = await run([
    { status: 503, headers: { "retry-after": "7" } },
    { status: 503, headers: { "retry-after": date } },
    { status: 201 },
  ]);
  expect(starts).toEqual([0, 7_000, 27_000]);
});

test("the sum of all waits stays within totalWaitMax", async () => {
  const { result, starts } = await run([{ status: 503 }], { totalWaitMax: "10s" });
  expect(starts).toEqual([0, 1_000, 3_000, 7_000]);
  expect(result.attempts).toHaveLength(4);
});

test("a Retry-After beyond totalWaitMax is answered now", async () => {
  const { result, starts } = await run([{ status: 429, headers: { "retry-after": "90" } }]);
  expect(starts).toEqual([0]);
  expect(!result.ok && result.failure.retryAt).toBe(new Date(1_090_000).toISOString());
});

test("a deadline is never passed by a wait", async () => {
  const { result, starts } = await run([{ status: 503 }], {}, 0, { deadline: "5s" });
  expect(starts).toEqual([0, 1_000, 3_000]);
  expect(!result.ok && result.failure.retryAt).toBe(new Date(1_007_000).toISOString());
});

test.each([400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 501, 505, 511, 301])(
  "%i is never tried again",
  async (status) => {
    expect((await run([{ status }])).starts).toEqual([0]);
  },
);

test.each([408, 425, 429, 500, 502, 503, 504, 520, 599])("%i is tried again", async (status) => {
  expect((await run([{ status }, { status: 201 }])).starts).toEqual([0, 1_000]);
});
