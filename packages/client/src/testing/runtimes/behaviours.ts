/**
 * What the client does, told without a test runner, so that the same list runs wherever the client does: Node, Bun, Deno,
 * a browser. Each behaviour is what a caller relies on; how a runtime's transport comes to it is its own business.
 */
import { createClient } from "../../client.ts";
import type { Client } from "../../client.ts";
import type { ClientOptions } from "../../options.ts";
import { reliableFetch } from "../../reliable-fetch.ts";
import { letterbox } from "../letterbox.ts";
import type { LetterboxTypes } from "../letterbox.ts";
import type { World } from "./world.ts";

/** One line of the report. */
export interface Told {
  readonly name: string;
  /** Null: as promised. */
  readonly fault: string | null;
}

type Doubt = "lookup" | "park" | "deduplicate";
type Behave = (
  world: World,
  start: (options?: ClientOptions, doubt?: Doubt, url?: string) => Client<LetterboxTypes>,
) => Promise<void>;

const letter = { to: "+15550001", text: "Grüße, 世界 😀" };
const long = "ö€😀".repeat(40_000);

/** By name. */
export const behaviours: Readonly<Record<string, Behave>> = {
  "a letter is accepted, with its key and its bytes": async (world, start) => {
    await world.begin([]);
    const result = await start().call("letters.post", letter, { idempotencyKey: "order-1" });
    is(result.ok && result.value.sid, "SM0001");
    const { received } = await world.ledger();
    is(received.length, 1);
    is(received[0]?.headers["idempotency-key"], "order-1");
    is((JSON.parse(received[0]?.body ?? "{}") as typeof letter).text, letter.text);
  },
  "a refusal is not repeated": async (world, start) => {
    await world.begin([{ status: 400, body: '{"code":"bad","message":"no"}' }]);
    const result = await start().call("letters.post", letter);
    is(
      !result.ok && [result.failure.kind, result.failure.code, result.failure.execution].join(),
      "invalid_request,bad,not_executed",
    );
    is((await world.ledger()).received.length, 1);
  },
  "Retry-After is waited for": async (world, start) => {
    await world.begin([{ status: 429, headers: { "retry-after": "1" } }]);
    is((await start().call("letters.post", letter)).ok, true);
    const [one, two] = (await world.ledger()).received;
    is((two?.at ?? 0) - (one?.at ?? 0) >= 998, true);
  },
  "a lost answer is looked up, not sent again": async (world, start) => {
    await world.begin(["reset-after-accept"]);
    const result = await start().call("letters.post", letter);
    is(result.ok && result.value.sid, "SM0001");
    is((await world.ledger()).effects.length, 1);
  },
  "a lost answer that nobody can be asked about is doubt, sent once": async (world, start) => {
    await world.begin(["reset-after-accept"]);
    const result = await start({}, "park").call("letters.post", letter);
    is(!result.ok && result.failure.execution, "unknown");
    is((await world.ledger()).effects.length, 1);
  },
  "the same on a connection that was used before": async (world, start) => {
    await world.begin([{}, "reset-after-accept"]);
    const client = start({}, "park");
    is((await client.call("letters.post", letter)).ok, true);
    const result = await client.call("letters.post", letter);
    is(!result.ok && result.failure.execution, "unknown");
    is((await world.ledger()).effects.length, 2);
  },
  "no answer in time is doubt": async (world, start) => {
    await world.begin(["hang-after-accept"]);
    const result = await start({ attemptTimeout: 200 }, "park").call("letters.post", letter);
    is(!result.ok && result.failure.execution, "unknown");
    is((await world.ledger()).effects.length, 1);
  },
  "an answer that is cut is doubt, and is looked up": async (world, start) => {
    await world.begin([{ status: 201, truncate: 9 }]);
    const result = await start().call("letters.post", letter);
    is(result.ok && result.value.sid, "SM0001");
    is(result.attempts[0]?.outcome, "ambiguous");
  },
  "a provider that de-duplicates gets the same key and bytes": async (world, start) => {
    await world.begin([{ status: 503 }, { status: 502, headers: { "content-type": "text/html" }, body: "<html>" }]);
    is((await start({}, "deduplicate").call("letters.post", letter)).ok, true);
    const { received } = await world.ledger();
    is(received.length, 3);
    is(new Set(received.map(({ body, headers }) => `${String(headers["idempotency-key"])} ${body}`)).size, 1);
  },
  "a redirect is not followed": async (world, start) => {
    await world.begin([{ status: 307, headers: { location: `${world.url}/elsewhere` }, body: "" }]);
    is((await start({}, "park").call("letters.post", letter)).ok, false);
    is((await world.ledger()).received.length, 1);
  },
  "where nothing listens, nothing is accepted": async (world, start) => {
    await world.begin([]);
    const result = await start({ attemptsMax: 1 }, "park", world.closedUrl).call("letters.post", letter);
    is(!result.ok && ["transport", "unavailable"].includes(result.failure.kind), true);
  },
  "an abort during the request leaves doubt": async (world, start) => {
    await world.begin(["hang"]);
    const controller = new AbortController();
    const pending = start({ attemptTimeout: "30s" }).call("letters.post", letter, { signal: controller.signal });
    await until(async () => (await world.ledger()).received.length === 1);
    controller.abort();
    const result = await pending;
    is(!result.ok && [result.failure.kind, result.failure.execution].join(), "cancelled,unknown");
  },
  "an abort during back-off executes nothing": async (world, start) => {
    await world.begin([{ status: 429 }]);
    const controller = new AbortController();
    let waits = 0;
    const on: ClientOptions["on"] = ({ type }) => {
      waits += Number(type === "retry.scheduled");
    };
    const pending = start({ backoff: { base: "20s" }, on }).call("letters.post", letter, {
      signal: controller.signal,
    });
    await until(() => Promise.resolve(waits === 1));
    controller.abort();
    const result = await pending;
    is(!result.ok && [result.failure.kind, result.failure.execution].join(), "cancelled,not_executed");
    is((await world.ledger()).received.length, 1);
  },
  "close ends what is under way": async (world, start) => {
    await world.begin(["hang"]);
    const client = start({ attemptTimeout: "30s" }, "park");
    const pending = client.call("letters.post", letter);
    await until(async () => (await world.ledger()).received.length === 1);
    client.close();
    const result = await pending;
    is(!result.ok && [result.failure.kind, result.failure.execution].join(), "cancelled,unknown");
  },
  "a hundred at once are a hundred letters": async (world, start) => {
    await world.begin([]);
    const client = start({ attemptTimeout: "30s" });
    const results = await Promise.all(Array.from({ length: 100 }, () => client.call("letters.post", letter)));
    is(results.filter(({ ok }) => ok).length, 100);
    is((await world.ledger()).effects.length, 100);
  },
  "a long answer keeps its characters": async (world) => {
    await world.begin([], [{ status: 200, body: long }]);
    is((await (await reliableFetch(fetch)(`${world.url}/long`)).text()) === long, true);
  },
  "reliableFetch repeats a read": async (world) => {
    await world.begin([], [{ status: 503 }, { status: 429 }, { status: 200, body: "up" }]);
    const response = await reliableFetch(fetch, { initialDelay: 10 })(`${world.url}/x`);
    is(await response.text(), "up");
  },
  "reliableFetch sends a POST once, and with a key until it is done": async (world) => {
    const send = reliableFetch(fetch, { initialDelay: 10 });
    await world.begin([{ status: 503 }]);
    is((await send(`${world.url}/x`, { method: "POST", body: "a" })).status, 503);
    is((await world.ledger()).received.length, 1);
    await world.begin([{ status: 503 }, { status: 503 }]);
    is((await send(`${world.url}/x`, { method: "POST", body: "a", headers: { "idempotency-key": "k" } })).ok, true);
    is((await world.ledger()).received.map(({ body }) => body).join(), "a,a,a");
  },
};

/**
 * Not kept in Chromium: it sends a POST again by itself when a connection that it used before is reset, and a page can
 * neither see nor prevent it. Only a provider that de-duplicates by the key does such a request once.
 */
export const notInChromium: readonly string[] = [
  "a lost answer is looked up, not sent again",
  "a lost answer that nobody can be asked about is doubt, sent once",
  "the same on a connection that was used before",
];

/** Runs all of them, one after the other. */
export async function runBehaviours(world: World): Promise<readonly Told[]> {
  const told: Told[] = [];
  for (const [name, behave] of Object.entries(behaviours)) told.push({ name, fault: await faultOf(behave, world) });
  return told;
}

/** What went otherwise than promised, or null. */
export async function faultOf(behave: Behave, world: World): Promise<string | null> {
  const clients: Client<LetterboxTypes>[] = [];
  try {
    await behave(world, (options = {}, doubt = "lookup", url = world.url) => {
      const client = createClient(letterbox(url, { traits: { doubt } }), {
        attemptsMax: 4,
        backoff: { base: 10, jitter: 0 },
        attemptTimeout: "3s",
        deadline: "30s",
        ...options,
      });
      clients.push(client);
      return client;
    });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    for (const client of clients) client.close();
  }
}

function is(seen: unknown, promised: unknown): void {
  if (!Object.is(seen, promised)) throw new Error(`${String(seen)} instead of ${String(promised)}`);
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let count = 0; count < 1_000; count += 1) {
    if (await isSo()) return;
    await new Promise((resolve) => void setTimeout(resolve, 10));
  }
  throw new Error("it never came to that");
}
