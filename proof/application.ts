/**
 * The application: posts every operation at a steady pace, knows its keys, and repeats a post that was not answered.
 *
 * What it was promised (a 202) is the first column of the reckoning.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { subjects } from "./workload.ts";
import type { DoubtClass } from "./workload.ts";

/** A promise that was made to the application. */
export interface Promised {
  readonly id: string;
  readonly doubt: DoubtClass;
}

/** What the application is told. */
export interface Order {
  readonly gatewayUrl: string;
  readonly apiKey: string;
  /** Operations in all, the classes in turn. */
  readonly operations: number;
  /** Posts a second. */
  readonly pace: number;
  /** The part of the blows that have landed, from 0 to 1: posts do not run ahead of them. */
  readonly progress: () => number;
}

const callers = 32;

/** How far posts may be ahead of the blows, as a part of all. */
const ahead = 0.05;

/** An application at work. */
export interface Application {
  /** Promises so far. */
  readonly promised: readonly Promised[];
  /** Resolves when everything was promised. */
  readonly done: Promise<void>;
}

/** Begins to post. */
export function beginPosting(order: Order): Application {
  const promised: Promised[] = [];
  const began = performance.now();
  const numbers = Array.from({ length: order.operations }, (_, number) => number).values();
  const caller = async (): Promise<void> => {
    for (const number of numbers) {
      const early = began + (number * 1_000) / order.pace - performance.now();
      if (early > 0) await sleep(early);
      // On a slow machine the blows take longer; something must be left for the last of them to hit.
      while (number > order.operations * (order.progress() + ahead)) await sleep(100);
      const subject = subjects[number % subjects.length];
      if (subject === undefined) continue;
      const { account, operation, doubt } = subject;
      const nth = Math.floor(number / subjects.length);
      const body = JSON.stringify({ account, operation, ...subject.request(nth) });
      promised.push({ id: await insist(order, body, `proof-${doubt.replaceAll(" ", "-")}-${nth}`), doubt });
    }
  };
  return { promised, done: Promise.all(Array.from({ length: callers }, caller)).then(() => undefined) };
}

/** Posts until it is promised. @throws when it is refused */
async function insist({ gatewayUrl, apiKey }: Order, body: string, key: string): Promise<string> {
  const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json", "idempotency-key": key };
  for (;;) {
    const answer = await post(`${gatewayUrl}/v1/operations`, headers, body);
    if (answer?.status === 202) return answer.id;
    if (answer !== null && answer.status < 500 && answer.status !== 409 && answer.status !== 429)
      throw new Error(`the gateway refused an operation with ${answer.status}: ${answer.text}`);
    await sleep(100);
  }
}

async function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<{ readonly status: number; readonly id: string; readonly text: string } | null> {
  try {
    const response = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(10_000) });
    const text = await response.text();
    const { id = "" } = JSON.parse(text) as { readonly id?: string };
    return { status: response.status, id, text };
  } catch {
    return null;
  }
}

/** How many operations are not over yet; null when the gateway does not answer. */
export async function openOperations(gatewayUrl: string, apiKey: string): Promise<number | null> {
  const open = "queued,sending,retrying,reconciling";
  try {
    const response = await fetch(`${gatewayUrl}/v1/operations?state=${open}&limit=200`, {
      headers: { authorization: `Bearer ${apiKey}` },
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) return null;
    const page = (await response.json()) as { readonly data: readonly unknown[] };
    return page.data.length;
  } catch {
    return null;
  }
}
