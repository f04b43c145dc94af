/** What is measured: each variant sends one message, with retries and timeouts configured as its users would. */
import { createClient, reliableFetch } from "@landline/client";
import { landlineHttpClient } from "@landline/client/twilio-sdk";
import { twilio } from "@landline/providers/twilio";
import { create as createAxios } from "axios";
import axiosRetry from "axios-retry";
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
import got from "got";
import ky from "ky";
import OpossumBreaker from "opossum";
import pRetry from "p-retry";
import TwilioSdk from "twilio";
import { Agent, Pool, request as undiciRequest, RetryAgent } from "undici";
import { letterbox } from "./letterbox.ts";

/** Sends one message; resolves when its answer is parsed. */
export type Send = () => Promise<unknown>;

const input = {
  to: "+15550001111",
  text: "Your order has shipped and will arrive on Tuesday. Thank you for your patience, and greetings.",
};
const accountSid = "AC00000000000000000000000000000000";
const authToken = "00000000000000000000000000000000";
const sms = { to: "+15550001111", from: "+15550002222", body: "Your order has shipped and will arrive on Tuesday." };
const headers = { "content-type": "application/json", authorization: "Basic Zm9vOmJhcg==" };
const json = JSON.stringify(input);

const cockatiel = () =>
  wrap(
    retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff() }),
    circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5) }),
    timeout(5_000, TimeoutStrategy.Aggressive),
  );

/** The SDK builds https addresses itself; this points them at the benchmark's server. */
const towards = (url: string, client: { request(options: { uri: string }): unknown }): never =>
  ({
    request: (options: { uri: string }) => {
      const at = options.uri.indexOf("/", 8);
      return client.request({ ...options, uri: url + options.uri.slice(at) });
    },
  }) as never;

/** Every variant by name. */
export const variants: Readonly<Record<string, (url: string) => Send>> = {
  "undici Pool dispatch": (url) => {
    const pool = new Pool(url, { connections: 50 });
    return () =>
      new Promise((resolve, reject) => {
        let text = "";
        pool.dispatch(
          { path: "/messages", method: "POST", headers, body: json },
          {
            onRequestStart: () => undefined,
            onResponseStart: () => undefined,
            onResponseData: (_controller, chunk) => {
              text += chunk.toString();
            },
            onResponseEnd: () => {
              resolve(JSON.parse(text));
            },
            onResponseError: (_controller, error) => {
              reject(error);
            },
          },
        );
      });
  },
  "undici Pool request": (url) => {
    const pool = new Pool(url, { connections: 50 });
    return async () => (await pool.request({ path: "/messages", method: "POST", headers, body: json })).body.json();
  },
  "undici.request": (url) => async () =>
    (await undiciRequest(`${url}/messages`, { method: "POST", headers, body: json })).body.json(),
  "undici RetryAgent": (url) => {
    const dispatcher = new RetryAgent(new Agent(), { methods: ["POST"] });
    return async () =>
      (await undiciRequest(`${url}/messages`, { method: "POST", headers, body: json, dispatcher })).body.json();
  },
  "undici.request + cockatiel": (url) => {
    const policy = cockatiel();
    return () =>
      policy.execute(async ({ signal }) =>
        (await undiciRequest(`${url}/messages`, { method: "POST", headers, body: json, signal })).body.json(),
      );
  },
  "landline client.call": (url) => {
    const client = createClient(letterbox(url), { attemptsMax: 4, backoff: { base: "500ms" }, deadline: "60s" });
    return async () => {
      const result = await client.call("letters.post", input);
      if (!result.ok) throw new Error(result.failure.message);
      return result.value;
    };
  },
  fetch: (url) => async () => (await fetch(`${url}/messages`, { method: "POST", headers, body: json })).json(),
  "landline reliableFetch": (url) => {
    const send = reliableFetch(fetch);
    return async () => (await send(`${url}/messages`, { method: "POST", headers, body: json })).json();
  },
  "fetch + cockatiel": (url) => {
    const policy = cockatiel();
    return () =>
      policy.execute(async ({ signal }) =>
        (await fetch(`${url}/messages`, { method: "POST", headers, body: json, signal })).json(),
      );
  },
  "fetch + p-retry": (url) => () =>
    pRetry(async () => (await fetch(`${url}/messages`, { method: "POST", headers, body: json })).json(), {
      retries: 3,
    }),
  "fetch + opossum": (url) => {
    const breaker = new OpossumBreaker(
      async () => (await fetch(`${url}/messages`, { method: "POST", headers, body: json })).json(),
      { timeout: 5_000 },
    );
    return () => breaker.fire();
  },
  got: (url) => () =>
    got
      .post(`${url}/messages`, {
        headers,
        body: json,
        retry: { limit: 3, methods: ["POST"] },
        timeout: { request: 5_000 },
      })
      .json(),
  ky: (url) => () =>
    ky.post(`${url}/messages`, { headers, body: json, retry: { limit: 3, methods: ["post"] }, timeout: 5_000 }).json(),
  "axios + axios-retry": (url) => {
    const client = createAxios({ timeout: 5_000 });
    axiosRetry(client, { retries: 3 });
    return async () => (await client.post(`${url}/messages`, json, { headers })).data as unknown;
  },
  "landline twilio messages.create": (url) => {
    const client = createClient(twilio({ accountSid, authToken, baseUrl: url }), { attemptsMax: 4, deadline: "60s" });
    return async () => {
      const result = await client.call("messages.create", { To: sms.to, From: sms.from, Body: sms.body });
      if (!result.ok) throw new Error(result.failure.message);
      return result.value;
    };
  },
  "twilio SDK, autoRetry": (url) => {
    const httpClient = towards(url, new TwilioSdk.RequestClient({ autoRetry: true, timeout: 5_000, maxSockets: 50 }));
    const client = TwilioSdk(accountSid, authToken, { httpClient });
    return () => client.messages.create(sms);
  },
  "twilio SDK + landlineHttpClient": (url) => {
    const client = TwilioSdk(accountSid, authToken, { httpClient: towards(url, landlineHttpClient()) });
    return () => client.messages.create(sms);
  },
};
