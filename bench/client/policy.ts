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

/** Lines of prose with the figures. */
export async function measurePolicy(): Promise<readonly string[]> {
  const client = createClient(letterbox("http://127.0.0.1:1"), { transport });
  const policy = wrap(
    retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff() }),
    circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5) }),
    timeout(5_000, TimeoutStrategy.Aggressive),
  );
  const input = { to: "+15550001111", text: "x" };
  const subjects = [
    ["client.call (describing and parsing included)", () => client.call("letters.post", input)],
    ["cockatiel retry + breaker + timeout", () => policy.execute(async () => answered)],
    ["describing and parsing alone", async () => [JSON.stringify(input), JSON.parse((await answered).body)] as unknown],
    ["a bare await", async () => answered],
  ] as const;
  const lines: string[] = [];
  for (const [name, call] of subjects) {
    const one = await best(7, () => sequential(call, 30_000));
    const many = await best(7, () => wide(call, 30));
    const kilobytes = (await bytesPerCall(call)) / 1000;
    lines.push(
      `${name}: ${one.toFixed(0)} ns and ${kilobytes.toFixed(2)} kB one after another, ${many.toFixed(0)} ns with 1,000 in flight`,
    );
  }
  return lines;
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

/** The shortest of several: what disturbs a measurement only ever makes it longer. */
async function best(times: number, measure: () => Promise<number>): Promise<number> {
  let least = Infinity;
  for (let index = 0; index < times; index += 1) least = Math.min(least, await measure());
  return least;
}
