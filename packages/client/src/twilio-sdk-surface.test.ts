/**
 * The SDK's whole surface through our client, against its own: for every method and path it can ask for, the same bytes
 * leave, the same value or exception comes back, and exceptions carry their failure.
 */
import { createRequire } from "node:module";
import { isDeepStrictEqual } from "node:util";
import type Twilio from "twilio";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { flakyServer } from "./testing/flaky-server.ts";
import type { Behaviour, FlakyServer, Received } from "./testing/flaky-server.ts";
import { sdkSurface } from "./testing/sdk-surface.ts";
import type { SurfaceCall } from "./testing/sdk-surface.ts";
import { landlineHttpClient } from "./twilio-sdk.ts";

type Sdk = typeof Twilio;
const require = createRequire(import.meta.url);
const sid = `AC${"0".repeat(32)}`;

let server: FlakyServer;
let answer: (request: Received) => Behaviour = () => ({});
beforeAll(async () => {
  server = await flakyServer();
  server.answerGet = (request) => answer(request);
  server.answerOther = (request) => answer(request);
  // The SDK names what it deprecates when one walks past it.
  vi.spyOn(console, "warn").mockReturnValue();
});
afterAll(async () => {
  vi.restoreAllMocks();
  await server.close();
});

/** Its https addresses, moved below the server's with the host in front. */
const towards = (client: { request(options: never): unknown }): never =>
  ({
    request: (options: { readonly uri: string }) => {
      const { host, pathname, search } = new URL(options.uri);
      return client.request({ ...options, uri: `${server.url}/${host}${pathname}${search}` } as never);
    },
  }) as never;

/** Makes calls side by side; what each came to and what arrived for it, by what it asks for. */
async function ask(calls: readonly SurfaceCall[], client: object): Promise<Asked> {
  server.received.length = 0;
  const ends = new Map<string, unknown>();
  for (let from = 0; from < calls.length; from += 25) {
    const batch = calls.slice(from, from + 25).map(async (call) => {
      ends.set(call.asks, await call.make(client).catch((error: unknown) => error));
    });
    await Promise.all(batch);
  }
  const arrived = Map.groupBy(server.received, ({ method, url }) => `${method.toLowerCase()} ${url.split("?", 1)[0]}`);
  return new Map(calls.map(({ asks }) => [asks, { end: ends.get(asks), arrived: arrived.get(asks) ?? [] }]));
}

type Asked = ReadonlyMap<string, Seen>;

interface Seen {
  readonly end: unknown;
  readonly arrived: readonly Received[];
}

const kept = ["authorization", "content-type", "accept", "user-agent", "accept-charset", "content-length"];
const bytesOf = ({ arrived }: Seen) =>
  arrived.map(({ method, url, body, headers }) => ({
    method,
    url,
    body,
    headers: Object.fromEntries(kept.map((name) => [name, headers[name]])),
  }));

const thrown = (error: unknown) => {
  if (!(error instanceof Error)) return written(error);
  const { failure: _failure, ...rest } = error as Error & { failure?: unknown };
  return { ...rest, type: error.constructor, message: error.message };
};

describe.each(["twilio", "twilio-5"])("%s", (version) => {
  const sdk = require(version) as Sdk;
  const clientOf = (httpClient: { request(options: never): unknown }) =>
    sdk(sid, "token", { httpClient: towards(httpClient) });
  const http = landlineHttpClient({ attemptsMax: 1 });
  const ours = clientOf(http);
  const theirs = clientOf(new sdk.RequestClient());
  let surface: readonly SurfaceCall[] = [];
  beforeAll(async () => {
    surface = await sdkSurface((httpClient) => sdk(sid, "token", { httpClient: httpClient as never }));
  });
  afterAll(() => {
    http.close();
  });

  test("is walked through as a whole", () => {
    expect(surface.length).toBeGreaterThan(1_000);
    const methods = new Set(surface.map(({ asks }) => asks.split(" ", 1)[0]));
    expect(methods).toEqual(new Set(["get", "post", "put", "patch", "delete"]));
  });

  test.each<readonly [string, number, Behaviour]>([
    [
      "refused by Twilio",
      1,
      {
        status: 400,
        headers: { "twilio-request-id": "RQ1" },
        body: JSON.stringify({ code: 20001, message: "no", more_info: "https://x", status: 400, details: { a: 1 } }),
      },
    ],
    [
      "refused with an RFC 9457 problem",
      5,
      { status: 422, body: '{"type":"t","title":"T","status":422,"code":20422}' },
    ],
    ["refused with HTML", 5, { status: 403, body: "<html>" }],
  ])("%s: the same bytes, the same exception, with its failure", async (_name, every, refusal) => {
    answer = () => refusal;
    const { status } = refusal as { readonly status: number };
    const calls = surface.filter(({ asks }, index) => index % every === 0 || asks.startsWith("patch"));
    const expected = await ask(calls, theirs);
    const actual = await ask(calls, ours);
    expect(unlike(expected, actual, bytesOf)).toEqual([]);
    expect(unlike(expected, actual, ({ end }) => thrown(end))).toEqual([]);
    expect([...expected].filter(([, { arrived }]) => arrived.length !== 1)).toEqual([]);
    // A page is built from whatever was answered, without an exception of the HTTP client's kind.
    const exceptions = calls.filter(({ asks }) => isSdkException(expected.get(asks)?.end));
    expect(exceptions.length).toBeGreaterThan(100);
    const statuses = exceptions.map(({ asks }) => statusOf(actual.get(asks)?.end));
    expect(new Set(statuses)).toEqual(new Set([status]));
  });

  test("answered: the same value", async () => {
    // The SDK reads a date that is not there as now.
    vi.useFakeTimers({ toFake: ["Date"] });
    answer = ({ url }) => ({
      status: 200,
      body: JSON.stringify({
        sid: `${url.endsWith("/Calls.json") ? "CA" : "SM"}${"0".repeat(32)}`,
        friendly_name: "é",
        status: "queued",
        date_created: null,
      }),
    });
    const expected = await ask(surface, theirs);
    const actual = await ask(surface, ours);
    vi.useRealTimers();
    expect(unlike(expected, actual, ({ end }) => [end instanceof Error, written(end)])).toEqual([]);
  });
});

/** The calls that came out differently, in the eyes of `look`. */
function unlike(expected: Asked, actual: Asked, look: (seen: Seen) => unknown): readonly unknown[] {
  return [...expected].flatMap(([asks, left]) => {
    const right = actual.get(asks);
    const [theirs, ours] = [look(left), right === undefined ? undefined : look(right)];
    return isDeepStrictEqual(theirs, ours) ? [] : [{ asks, theirs, ours }];
  });
}

function statusOf(end: unknown): number | undefined {
  return (end as { readonly failure?: { readonly status: number } } | undefined)?.failure?.status;
}

function isSdkException(end: unknown): boolean {
  return end instanceof Error && "status" in end;
}

/** A page knows its version, which knows its client, which is another one. */
function written(value: unknown): string {
  return JSON.stringify(value, (name, member: unknown) => (/^_(version|solution|context)$/.test(name) ? null : member));
}
