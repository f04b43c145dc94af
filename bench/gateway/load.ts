/**
 * The load of the gateway's benchmark, in a process of its own: `load.ts URL SECONDS`. 64 connections, one request
 * each at a time, every request with a key of its own. Prints one line of JSON when it was told `go` and is done.
 */
import { randomUUID } from "node:crypto";
import { Pool } from "undici";
import { apiKey, body } from "./request.ts";

/** What one round brought. Times in milliseconds. */
export interface Load {
  readonly requests: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
}

const connections = 64;
const [origin = "", seconds = "1"] = process.argv.slice(2);
const pool = new Pool(origin, { connections, pipelining: 1 });
const run = randomUUID();
let number = 0;

async function one(): Promise<void> {
  number += 1;
  return new Promise((resolve, reject) => {
    pool.dispatch(
      {
        path: "/v1/operations",
        method: "POST",
        headers: [
          "content-type",
          "application/json",
          "authorization",
          `Bearer ${apiKey}`,
          "idempotency-key",
          `${run}-${number}`,
        ],
        body: body(number),
      },
      {
        onRequestStart: () => {},
        onResponseStart: (_controller, status) => {
          if (status !== 202) reject(new Error(`answered ${status}`));
        },
        onResponseData: () => {},
        onResponseEnd: () => {
          resolve();
        },
        onResponseError: (_controller, error) => {
          reject(error);
        },
      },
    );
  });
}

async function during(milliseconds: number, requestsMax = Infinity): Promise<Load> {
  const times: number[] = [];
  const began = performance.now();
  const end = began + milliseconds;
  const caller = async (): Promise<void> => {
    for (let at = performance.now(); at < end && times.length < requestsMax;) {
      await one();
      const now = performance.now();
      times.push(now - at);
      at = now;
    }
  };
  await Promise.all(Array.from({ length: connections }, caller));
  const sorted = times.toSorted((left, right) => left - right);
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
  return { requests: times.length, seconds: (performance.now() - began) / 1_000, p50: at(0.5), p99: at(0.99) };
}

// Until the server's code is compiled: a number of requests, because on a busy machine seconds bring few of them.
await during(20_000, 25_000);
process.send?.("warm");
process.once("message", () => {
  void during(Number(seconds) * 1_000).then((load) => {
    process.send?.(load, () => process.exit());
  });
});
