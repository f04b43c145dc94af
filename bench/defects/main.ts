/**
 * Runnable proof of what goes wrong elsewhere: each case makes the same thing happen to several libraries and writes down
 * what they did. Nothing here judges by reading source; a row says what was seen.
 */
import { createClient } from "@landline/client";
import { landlineHttpClient } from "@landline/client/twilio-sdk";
import { create as createAxios, isAxiosError } from "axios";
import axiosRetry, { exponentialDelay } from "axios-retry";
import { ExponentialBackoff, handleAll, retry } from "cockatiel";
import got from "got";
import ky from "ky";
import OpossumBreaker from "opossum";
import TwilioSdk from "twilio";
import { Agent, request as undiciRequest, RetryAgent } from "undici";
import { letterbox } from "../client/letterbox.ts";
import { machine, table, writeSection } from "../report.ts";
import { against, within } from "./server.ts";

type Row = readonly [defect: string, library: string, seen: string];

const headers = { "content-type": "application/json" };
const letter = { to: "+15550001111", text: "hello" };
const accountSid = `AC${"0".repeat(32)}`;
const token = "a-secret-auth-token";
const landline = (url: string) =>
  createClient(letterbox(url, "park"), { attemptsMax: 4, backoff: { base: "100ms" }, attemptTimeout: "1s" });
const towards = (url: string, client: { request(options: { uri: string }): unknown }): never =>
  ({
    request: (options: { uri: string }) =>
      client.request({ ...options, uri: url + options.uri.slice(options.uri.indexOf("/", 8)) }),
  }) as never;

const axios = () => {
  const client = createAxios();
  axiosRetry(client, { retries: 3, retryDelay: (count, error) => exponentialDelay(count, error) });
  return client;
};

const posts: Readonly<Record<string, (url: string) => Promise<unknown>>> = {
  "axios + axios-retry": (url) => axios().post(url, letter),
  got: (url) => got.post(url, { json: letter, retry: { limit: 3, methods: ["POST"] } }),
  ky: (url) => ky.post(url, { json: letter, retry: { limit: 3, methods: ["post"] } }),
  "undici RetryAgent": (url) =>
    undiciRequest(url, {
      method: "POST",
      headers,
      body: JSON.stringify(letter),
      dispatcher: new RetryAgent(new Agent(), { methods: ["POST"], maxRetries: 3 }),
    }),
  landline: (url) => landline(url).call("letters.post", letter),
};

/** Requests that these libraries repeat after a 429: PUT, which is idempotent. */
const puts: typeof posts = {
  "axios + axios-retry": (url) => {
    const client = createAxios();
    axiosRetry(client, {
      retries: 3,
      retryDelay: exponentialDelay,
      retryCondition: (error) => error.response?.status === 429,
    });
    return client.put(url, letter);
  },
  got: (url) => got.put(url, { json: letter }),
  ky: (url) => ky.put(url, { json: letter }),
  "undici RetryAgent": (url) =>
    undiciRequest(url, {
      method: "PUT",
      headers,
      body: JSON.stringify(letter),
      dispatcher: new RetryAgent(new Agent()),
    }),
  landline: (url) => landline(url).call("letters.post", letter),
};

async function retryAfterTooLong(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [name, send] of Object.entries(puts)) {
    const { arrivals } = await against(
      (response) => response.writeHead(429, { "retry-after": "2200000" }).end(),
      (url) => within(1_500, send(url)),
    );
    rows.push([
      "`Retry-After: 2200000` (25 days) on 429",
      name,
      `${arrivals.length} request${arrivals.length === 1 ? "" : "s"} in 1.5 s`,
    ]);
  }
  return rows;
}

async function deliveredAgain(): Promise<Row[]> {
  const rows: Row[] = [];
  const defaults = {
    ...posts,
    got: (url: string) => got.post(url, { json: letter }),
    ky: (url: string) => ky.post(url, { json: letter }),
  };
  for (const [name, send] of Object.entries(defaults)) {
    const { arrivals } = await against(
      (response) => response.socket?.resetAndDestroy(),
      (url) => within(4_000, send(url)),
    );
    rows.push([
      "connection reset after a POST was read (defaults; RetryAgent told to retry POST)",
      name,
      `delivered ${arrivals.length} ×`,
    ]);
  }
  return rows;
}

async function negativeRetryAfter(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [name, send] of Object.entries(puts)) {
    const { arrivals } = await against(
      (response) => response.writeHead(429, { "retry-after": "-5" }).end(),
      (url) => within(1_500, send(url)),
    );
    const [first = 0, second] = arrivals;
    rows.push([
      "`Retry-After: -5` on 429",
      name,
      second === undefined ? "no second request in 1.5 s" : `second request after ${Math.round(second - first)} ms`,
    ]);
  }
  return rows;
}

async function abortDuringBackoff(): Promise<Row[]> {
  let calls = 0;
  const policy = retry(handleAll, {
    maxAttempts: 3,
    backoff: new ExponentialBackoff({ initialDelay: 800, maxDelay: 800 }),
  });
  const timed = async (work: (signal: AbortSignal) => Promise<unknown>): Promise<number> => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    const began = performance.now();
    await work(controller.signal).catch(() => undefined);
    return Math.round(performance.now() - began - 100);
  };
  const theirs = await timed((signal) =>
    policy.execute(() => {
      calls += 1;
      throw new Error("down");
    }, signal),
  );
  const { result, arrivals } = await against(
    (response) => response.writeHead(429).end(),
    (url) =>
      timed((signal) =>
        createClient(letterbox(url, "park"), { backoff: { base: "1s" } }).call("letters.post", letter, { signal }),
      ),
  );
  return [
    ["abort during back-off", "cockatiel", `ended ${theirs} ms after the abort, function called ${calls} ×`],
    ["abort during back-off", "landline", `ended ${result} ms after the abort, ${arrivals.length} request`],
  ];
}

async function breakerOnFirstFailure(): Promise<Row[]> {
  const breaker = new OpossumBreaker(() => Promise.reject(new Error("once")), { timeout: 1_000 });
  await breaker.fire().catch(() => undefined);
  const second = await breaker.fire().catch((error: unknown) => error);
  const { result } = await against(
    (response, number) => response.writeHead(number === 1 ? 500 : 201).end('{"sid":"SM1"}'),
    async (url) => {
      const client = landline(url);
      await client.call("letters.post", letter);
      return (await client.call("letters.post", letter)).ok;
    },
  );
  return [
    [
      "one failure, then a good call (defaults)",
      "opossum",
      second instanceof Error && /open/i.test(second.message)
        ? "second call refused: breaker open"
        : "second call made",
    ],
    ["one failure, then a good call (defaults)", "landline", result ? "second call made" : "second call refused"],
  ];
}

async function credentialsInErrors(): Promise<Row[]> {
  const basic = Buffer.from(`${accountSid}:${token}`).toString("base64");
  const shows = (error: unknown): string => {
    const text = `${JSON.stringify(error)} ${String(error)}`;
    return text.includes(basic) || text.includes(token) ? "credentials in JSON.stringify(error)" : "no credentials";
  };
  const rows: Row[] = [];
  const clients: Record<string, unknown> = {
    "twilio SDK": new TwilioSdk.RequestClient(),
    "twilio SDK + landlineHttpClient": landlineHttpClient({ attemptsMax: 1 }),
  };
  for (const [name, client] of Object.entries(clients)) {
    const { result } = await against(
      (response) => response.socket?.resetAndDestroy(),
      (url) => {
        const sdk = TwilioSdk(accountSid, token, { httpClient: towards(url, client as never) });
        return within(
          3_000,
          sdk.verify.v2.services(`VA${"1".repeat(32)}`).verifications.create({ to: "+15550001111", channel: "sms" }),
        );
      },
    );
    rows.push(["the error after a reset", `${name}${isAxiosError(result) ? " (AxiosError)" : ""}`, shows(result)]);
  }
  return rows;
}

async function sdkRetryAfter(): Promise<Row[]> {
  const rows: Row[] = [];
  const clients: Record<string, () => unknown> = {
    "twilio SDK, autoRetry": () => new TwilioSdk.RequestClient({ autoRetry: true }),
    "twilio SDK + landlineHttpClient": () => landlineHttpClient(),
  };
  for (const [name, make] of Object.entries(clients)) {
    const { arrivals } = await against(
      (response) =>
        response
          .writeHead(429, { "retry-after": "5", "content-type": "application/json" })
          .end('{"code":20429,"message":"Too Many Requests","status":429}'),
      (url) =>
        within(
          2_000,
          TwilioSdk(accountSid, token, { httpClient: towards(url, make() as never) }).messages.create({
            to: "+15550001111",
            from: "+15550002222",
            body: "x",
          }),
        ),
    );
    rows.push(["`Retry-After: 5` on Twilio's 429", name, `${arrivals.length} requests within 2 s`]);
  }
  return rows;
}

async function tokensPerCall(): Promise<Row[]> {
  const rows: Row[] = [];
  const clients: Record<string, unknown> = {
    "twilio SDK": new TwilioSdk.RequestClient(),
    "twilio SDK + landlineHttpClient": landlineHttpClient(),
  };
  for (const [name, client] of Object.entries(clients)) {
    let fetched = 0;
    const credentials = new TwilioSdk.ClientCredentialProviderBuilder()
      .setClientId("id")
      .setClientSecret("secret")
      .setTokenManager({ fetchToken: () => Promise.resolve(`token-${(fetched += 1)}`) })
      .build();
    await against(
      (response) => response.writeHead(200, { "content-type": "application/json" }).end('{"sid":"SM1"}'),
      async (url) => {
        const sdk = TwilioSdk(undefined, undefined, { accountSid, httpClient: towards(url, client as never) });
        sdk.setCredentialProvider(credentials);
        for (let call = 0; call < 5; call += 1) await sdk.messages(`SM${"1".repeat(32)}`).fetch();
      },
    );
    rows.push(["OAuth tokens fetched for 5 calls", name, String(fetched)]);
  }
  return rows;
}

async function lastBody(): Promise<Row[]> {
  const answer = '{"message":"down for repairs"}';
  const { result: theirs } = await against(
    (response) => response.writeHead(503).end(answer),
    (url) =>
      within(
        4_000,
        undiciRequest(url, {
          method: "PUT",
          body: "x",
          dispatcher: new RetryAgent(new Agent(), { maxRetries: 1, minTimeout: 50 }),
        }).then(({ body }) => body.text()),
      ),
  );
  const { result: ours } = await against(
    (response) => response.writeHead(503).end(answer),
    async (url) => (await landline(url).call("letters.post", letter)).response?.body,
  );
  return [
    [
      "the last answer after all retries",
      "undici RetryAgent",
      theirs === answer ? "readable" : `lost: ${theirs instanceof Error ? theirs.message : "nothing"}`,
    ],
    ["the last answer after all retries", "landline", ours === answer ? "readable" : "lost"],
  ];
}

/** Runs all cases, prints them, and writes the section unless it was quick. */
export async function run({ quick }: { readonly quick: boolean }): Promise<void> {
  const cases = [
    retryAfterTooLong,
    negativeRetryAfter,
    deliveredAgain,
    abortDuringBackoff,
    breakerOnFirstFailure,
    credentialsInErrors,
    sdkRetryAfter,
    tokensPerCall,
    lastBody,
  ];
  const rows: Row[] = [];
  for (const each of cases) rows.push(...(await each()));
  const text = table(["what happens", "library", "seen"], rows);
  console.log(text);
  if (!quick)
    writeSection(
      "Defects of others",
      `\`npm run bench -- defects\` on ${machine()}. Each row is what a local server or the caller saw.\n\n${text}`,
    );
  // Some of the libraries are still waiting for their retries; nobody else is.
  process.exitCode = 0;
  setImmediate(() => process.exit());
}
