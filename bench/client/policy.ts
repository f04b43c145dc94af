/** What the policy costs when the network costs nothing: time and memory per call, one after another and 1,000 at once. */
import { createClient } from "@landline/client";
import type { Transport } from "@landline/client";
import type { ResponseObservation } from "@landline/core";
import {
  circuitBreaker,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleAll,
  retry,
  timeout,
  TimeoutStrategy,
  wrap,
} from "cockatiel";
import { median } from "../report.ts";
import { letterbox } from "./letterbox.ts";

const answer: ResponseObservation = {
  type: "response",
  status: 201,
  headers: {},
  body: '{"sid":"SM1","status":"queued"}',
  complete: true,
  at: 0,
};
const answered = Promise.resolve(answer);
const transport: Transport = { send: () => answered, close: () => undefined };

/** Lines of prose with the figures. Subjects take turns, so that what disturbs the machine disturbs all of them. */
export async function measurePolicy(): Promise<readonly string[]> {
  const provider = letterbox("http://127.0.0.1:1");
  const client = createClient(provider, { transport });
  const { "letters.post": post } = provider.operations;
  const policy = wrap(
    retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff() }),
    circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5) }),
    timeout(5_000, TimeoutStrategy.Aggressive),
  );
  const input = { to: "+15550001111", text: "x" };
  const context = { operationId: "op_1", idempotencyKey: "op_1", callbackUrl: null };
  const translated = async (): Promise<unknown> => {
    const prepared = post.prepare(input);
    if (!prepared.ok) return null;
    post.describe(prepared.input, context);
    return post.observe(await answered, prepared.input, 0);
  };
  const subjects = {
    "client.call (the provider's translation included)": () => client.call("letters.post", input),
    "the provider's translation alone (prepare, describe, observe)": translated,
    "cockatiel retry + breaker + timeout": () => policy.execute(async () => answered),
    "a bare await": async () => answered,
    "reading the clock once": async () => performance.now(),
  } as const;
  const figures = Object.entries(subjects).map(([name, call]) => ({ name, call, one: Infinity, many: Infinity }));
  for (let round = 0; round < 9; round += 1) {
    for (const figure of figures) {
      figure.one = Math.min(figure.one, await sequential(figure.call, 30_000));
      figure.many = Math.min(figure.many, await wide(figure.call, 30));
    }
  }
  const told: Figure[] = [];
  for (const { name, call, one, many } of figures) told.push({ name, one, many, bytes: await bytesPerCall(call) });
  const [whole, translation] = told as [Figure, Figure];
  const alone: Figure = {
    name: "**the policy alone** (the first less the second; goal 250 ns and 1 kB)",
    one: whole.one - translation.one,
    many: whole.many - translation.many,
    bytes: whole.bytes - translation.bytes,
  };
  return [alone, ...told].map(
    ({ name, one, many, bytes }) =>
      `${name}: ${one.toFixed(0)} ns and ${(bytes / 1000).toFixed(2)} kB one after another, ${many.toFixed(0)} ns with 1,000 in flight`,
  );
}

/** Nanoseconds, and bytes of memory, per call. */
interface Figure {
  readonly name: string;
  readonly one: number;
  readonly many: number;
  readonly bytes: number;
}

async function sequential(call: () => Promise<unknown>, count: number): Promise<number> {
  const began = process.hrtime.bigint();
  for (let index = 0; index < count; index += 1) await call();
  return Number(process.hrtime.bigint() - began) / count;
}

/** Few enough calls at a time that the young generation is hardly ever collected in between. */
async function bytesPerCall(call: () => Promise<unknown>): Promise<number> {
  const grown: number[] = [];
  for (let sample = 0; sample < 60; sample += 1) {
    const heap = process.memoryUsage().heapUsed;
    for (let index = 0; index < 500; index += 1) await call();
    grown.push((process.memoryUsage().heapUsed - heap) / 500);
  }
  return median(grown.filter((bytes) => bytes > 0));
}

async function wide(call: () => Promise<unknown>, rounds: number): Promise<number> {
  const began = process.hrtime.bigint();
  for (let round = 0; round < rounds; round += 1) await Promise.all(Array.from({ length: 1_000 }, call));
  return Number(process.hrtime.bigint() - began) / (rounds * 1_000);
}
