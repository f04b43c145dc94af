/**
 * The official SDK, both majors, over real sockets with our client in it: what it sends stays byte for byte, what it
 * throws stays what it threw, and nothing is sent twice.
 */
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import type Twilio from "twilio";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { flakyServer } from "./testing/flaky-server.ts";
import type { FlakyServer, Received } from "./testing/flaky-server.ts";
import { landlineHttpClient, withOperation } from "./twilio-sdk.ts";
import type { LandlineHttpClient, TwilioHttpClientOptions } from "./twilio-sdk.ts";
import { encodeSdkForm } from "./twilio-sdk/serialise.ts";

type Sdk = typeof Twilio;
const require = createRequire(import.meta.url);
const sid = `AC${"0".repeat(32)}`;
const token = "auth-token-of-the-test";

let server: FlakyServer;
const open: LandlineHttpClient[] = [];
beforeEach(async () => {
  server = await flakyServer();
});
afterEach(async () => {
  for (const client of open.splice(0)) client.close();
  await server.close();
});

/** The SDK builds https addresses of its own; this sends them to the server of the test instead. */
function towards(client: { request: (options: { uri: string }) => unknown }): never {
  return {
    request: (options: { uri: string }) => {
      const { pathname, search } = new URL(options.uri);
      return client.request({ ...options, uri: `${server.url}${pathname}${search}` });
    },
  } as never;
}

const quick: TwilioHttpClientOptions = {
  attemptsMax: 3,
  backoff: { base: 10, jitter: 0 },
  attemptTimeout: 200,
  lookupSettle: 20,
};

const message = (id: string, request: Pick<Received, "body">, created: number) => {
  const form = new URLSearchParams(request.body);
  return {
    sid: id,
    to: form.get("To"),
    from: form.get("From"),
    body: form.get("Body"),
    num_media: "0",
    status: "queued",
    direction: "outbound-api",
    date_created: new Date(created).toUTCString(),
    error_code: null,
  };
};
const messageSid = (number: number) => `SM${String(number).padStart(32, "0")}`;
const listOfMessages = () => ({
  status: 200,
  body: JSON.stringify({
    messages: server.effects.map(({ body, at }, index) => message(messageSid(index + 1), { body }, at)),
    next_page_uri: null,
  }),
});
const accepted = () => ({
  status: 201,
  body: JSON.stringify({
    sid: messageSid(server.effects.length + 1),
    status: "queued",
    date_created: new Date().toUTCString(),
  }),
});

describe.each(["twilio", "twilio-5"])("%s", (version) => {
  const sdk = require(version) as Sdk;
  const start = (options: TwilioHttpClientOptions = {}) => {
    const httpClient = landlineHttpClient({ ...quick, ...options });
    open.push(httpClient);
    return sdk(sid, token, { httpClient: towards(httpClient as never) });
  };
  const original = () => sdk(sid, token, { httpClient: towards(new sdk.RequestClient() as never) });
  const input = { to: "+15550001111", from: "+15550002222", body: "Hallo, Wörld! (it's *you*) & more" };

  test("creates, and sends what the SDK's own client sends", async () => {
    const full = {
      ...input,
      mediaUrl: ["https://a.example/1", "https://a.example/2"],
      persistentAction: [],
      sendAt: new Date(0),
      shortenUrls: false,
    };
    server.script.push(accepted());
    await original().messages.create(full);
    server.script.push(accepted());
    const created = await start().messages.create(full);
    expect(created).toMatchObject({ sid: messageSid(2), status: "queued" });
    const [theirs, ours] = server.received as [Received, Received];
    expect(ours.body).toBe(theirs.body);
    expect(ours.url).toBe(theirs.url);
    for (const name of ["authorization", "content-type", "accept", "user-agent", "accept-charset"])
      expect(ours.headers[name]).toBe(theirs.headers[name]);
  });

  test("goes to a sandbox or a proxy when it is given a base URL", async () => {
    server.script.push(accepted());
    const httpClient = landlineHttpClient({ ...quick, baseUrl: `${server.url}/through/` });
    open.push(httpClient);
    const created = await sdk(sid, token, { httpClient }).messages.create(input);
    expect(created.sid).toBe(messageSid(1));
    expect(server.received[0]?.url).toBe(`/through/2010-04-01/Accounts/${sid}/Messages.json`);
    expect(() => landlineHttpClient({ baseUrl: "nowhere" })).toThrow("baseUrl must be");
  });

  test("an error is the exception it was, with its failure", async () => {
    const answer = {
      status: 400,
      headers: { "twilio-request-id": "RQ1" },
      body: JSON.stringify({
        code: 21211,
        message: "Invalid 'To' Phone Number",
        more_info: "https://www.twilio.com/docs/errors/21211",
        status: 400,
      }),
    };
    server.script.push(answer, answer);
    const theirs = await original()
      .messages.create(input)
      .catch((error: unknown) => error);
    const ours = await start()
      .messages.create(input)
      .catch((error: unknown) => error);
    expect(ours).toBeInstanceOf(sdk.RestException);
    const { failure, ...rest } = ours as Error & { failure: unknown };
    expect(rest).toEqual(Object.fromEntries(Object.entries(theirs as Error)));
    expect((ours as Error).message).toBe((theirs as Error).message);
    expect(failure).toMatchObject({
      kind: "invalid_request",
      code: "21211",
      requestId: "RQ1",
      execution: "not_executed",
      status: 400,
    });
    expect(server.received).toHaveLength(2);
  });

  test.each([
    ["HTML", { status: 502, body: "<html>" }],
    [
      "an RFC 9457 problem",
      { status: 400, body: JSON.stringify({ type: "x", title: "Bad", status: 400, code: 20001, detail: "d" }) },
    ],
    ["nothing", { status: 403, body: "" }],
  ])("%s throws what it always threw", async (_name, answer) => {
    server.script.push(answer, answer, answer, answer);
    server.answerGet = () => ({ status: 200, body: JSON.stringify({ messages: [], next_page_uri: null }) });
    const theirs = (await original()
      .messages.create(input)
      .catch((error: unknown) => error)) as Error;
    const ours = (await start()
      .messages.create(input)
      .catch((error: unknown) => error)) as Error;
    expect(ours.constructor).toBe(theirs.constructor);
    expect(ours.message).toBe(theirs.message);
    expect(ours).toHaveProperty("failure.status", answer.status);
  });

  test("a create whose answer is lost is found and not sent again", async () => {
    server.script.push("reset-after-accept");
    server.answerGet = listOfMessages;
    const created = await start().messages.create(input);
    expect(created.sid).toBe(messageSid(1));
    expect(server.effects).toHaveLength(1);
    expect(server.received.map(({ method }) => method)).toEqual(["POST", "GET"]);
    const [post, get] = server.received as [Received, Received];
    expect(get.headers.authorization).toBe(post.headers.authorization);
  });

  test("a POST that cannot be asked about is never sent twice, and no error holds the credentials", async () => {
    server.script.push("reset-after-accept");
    const error = (await start()
      .verify.v2.services(`VA${"1".repeat(32)}`)
      .verifications.create({ to: "+15550001111", channel: "sms" })
      .catch((thrown: unknown) => thrown)) as Error;
    expect(error).toMatchObject({ name: "LandlineError", failure: { kind: "transport", execution: "unknown" } });
    expect(server.received).toHaveLength(1);
    const basic = Buffer.from(`${sid}:${token}`).toString("base64");
    for (const shown of [JSON.stringify(error), String(error), String(error.stack)]) {
      expect(shown).not.toContain(token);
      expect(shown).not.toContain(basic);
    }
  });

  test("a 201 with HTML is doubt, not a syntax error", async () => {
    server.script.push({ status: 201, body: "<html>" });
    const error = await start()
      .verify.v2.services(`VA${"1".repeat(32)}`)
      .verifications.create({ to: "+15550001111", channel: "sms" })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "LandlineError", failure: { status: 201, execution: "unknown" } });
  });

  test("the rest of its surface works: fetch, list, update, remove, verify, JSON bodies", async () => {
    const client = start();
    const one = { sid: messageSid(1), body: "x", status: "delivered" };
    server.answerGet = ({ url }) =>
      url.includes("/Messages.json")
        ? { status: 200, body: JSON.stringify({ messages: [one], next_page_uri: null, page: 0, page_size: 50 }) }
        : { status: 200, body: JSON.stringify(one) };
    expect((await client.messages(messageSid(1)).fetch()).status).toBe("delivered");
    expect(await client.messages.list({ to: "+15550001111", limit: 5 })).toMatchObject([{ sid: messageSid(1) }]);
    server.script.push({ status: 200, body: JSON.stringify({ ...one, body: "" }) });
    expect((await client.messages(messageSid(1)).update({ body: "" })).body).toBe("");
    server.script.push({ status: 204, body: "" });
    expect(await client.messages(messageSid(1)).remove()).toBe(true);
    server.script.push({ status: 201, body: JSON.stringify({ sid: `VE${"1".repeat(32)}`, status: "pending" }) });
    const verification = await client.verify.v2
      .services(`VA${"1".repeat(32)}`)
      .verifications.create({ to: "+15550001111", channel: "sms" });
    expect(verification.status).toBe("pending");
    server.script.push({ status: 201, body: JSON.stringify({ sid: `HX${"1".repeat(32)}`, friendly_name: "n" }) });
    await client.content.v1.contents.create({
      friendly_name: "n",
      language: "en",
      types: { twilio_text: { body: "hello" } },
    } as never);
    const json = server.received.at(-1);
    expect(json?.headers["content-type"]).toBe("application/json");
    expect(JSON.parse(json?.body ?? "")).toMatchObject({ friendly_name: "n", language: "en" });
  });

  test("a query of its own keeps its lists, dates and marks", async () => {
    const params = {
      Status: ["queued", "sent"],
      "DateSent>": new Date(0),
      Empty: "",
      None: undefined,
      Name: "é & (ü)",
    };
    server.answerGet = () => ({ status: 200, headers: { "content-type": "text/csv" }, body: "a,b\r\n1,2" });
    const asked = { method: "get" as const, uri: "https://api.twilio.com/2010-04-01/Any.txt?a=1", params };
    const [theirs, ours] = [await original().request(asked), await start().request(asked)];
    expect(server.received[1]?.url).toBe(server.received[0]?.url);
    expect(ours.body).toBe(theirs.body);
  });

  test("a listener that throws decides nothing", async () => {
    server.script.push(accepted());
    const on = (): never => {
      throw new Error("listener");
    };
    expect((await start({ on }).messages.create(input)).sid).toBe(messageSid(1));
  });

  test("reads are repeated, and Retry-After is obeyed", async () => {
    let asked = 0;
    server.answerGet = () => {
      asked += 1;
      return asked === 1
        ? { status: 429, headers: { "retry-after": "1" }, body: "{}" }
        : { status: 200, body: JSON.stringify({ sid: messageSid(1) }) };
    };
    expect((await start().messages(messageSid(1)).fetch()).sid).toBe(messageSid(1));
    expect((server.received[1]?.at ?? 0) - (server.received[0]?.at ?? 0)).toBeGreaterThanOrEqual(998);
  });

  test("an operation id of ours is the key of every create inside", async () => {
    server.script.push(accepted(), accepted());
    const client = start();
    await Promise.all([
      withOperation("order-1", () => client.messages.create(input)),
      withOperation("order-2", () => client.messages.create(input)),
    ]);
    expect(new Set(server.received.map(({ headers }) => headers["idempotency-key"]))).toEqual(
      new Set(["order-1", "order-2"]),
    );
  });

  test("one OAuth token serves all requests, and a refused one is replaced once", async () => {
    let fetched = 0;
    const client = sdk(sid, token, { httpClient: towards(landlineHttpClient(quick) as never) });
    const credentials = new sdk.ClientCredentialProviderBuilder()
      .setClientId("id")
      .setClientSecret("secret")
      .setTokenManager({
        fetchToken: async () => {
          await new Promise((resolve) => void setTimeout(resolve, 20));
          fetched += 1;
          return `token-${fetched}`;
        },
      })
      .build();
    client.setCredentialProvider(credentials);
    (client as { username?: unknown }).username = undefined;
    (client as { password?: unknown }).password = undefined;
    server.answerGet = ({ headers }) =>
      headers.authorization === "Bearer token-1" && server.received.length > 3
        ? { status: 401, body: "{}" }
        : { status: 200, body: JSON.stringify({ sid: messageSid(1) }) };
    await Promise.all([1, 2, 3].map(() => client.messages(messageSid(1)).fetch()));
    expect(fetched).toBe(1);
    expect((await client.messages(messageSid(1)).fetch()).sid).toBe(messageSid(1));
    expect(fetched).toBe(2);
    expect(server.received.at(-1)?.headers.authorization).toBe("Bearer token-2");
  });
});

test("follows redirects of reads where the SDK asks for it, and takes no credentials elsewhere", async () => {
  let seen: string | undefined = "nothing";
  const elsewhere = createServer((request, response) => {
    seen = request.headers.authorization;
    response.end('{"ok":true}');
  });
  await new Promise<void>((resolve) => void elsewhere.listen(0, "127.0.0.1", resolve));
  const target = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/x`;
  server.answerGet = () => ({ status: 302, headers: { location: target }, body: "" });
  const client = landlineHttpClient(quick);
  open.push(client);
  const answer = await client.request({
    method: "get",
    uri: `${server.url}/media`,
    username: "u",
    password: "p",
    allowRedirects: true,
  } as never);
  expect(answer).toMatchObject({ statusCode: 200, body: { ok: true } });
  expect(seen).toBeUndefined();
  elsewhere.close();
});

test("what the SDK 6 tells besides the resource stays: status and headers, and on a refused PATCH the failure", async () => {
  const sdk = require("twilio") as Sdk;
  const httpClient = landlineHttpClient(quick);
  open.push(httpClient);
  const client = sdk(sid, token, { httpClient: towards(httpClient as never) });
  server.script.push(
    { ...accepted(), headers: { "twilio-request-id": "RQ7" } },
    { status: 404, body: '{"code":20404}' },
  );
  const created = await client.messages.createWithHttpInfo({ to: "+15550001111", from: "+15550002222", body: "x" });
  expect(created).toMatchObject({ statusCode: 201, headers: { "twilio-request-id": "RQ7" } });
  const configuration = client.conversations.v2.configurations("x") as unknown as {
    patchWithHttpInfo(): Promise<unknown>;
  };
  const error: unknown = await configuration.patchWithHttpInfo().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(sdk.RestException);
  expect(error).toMatchObject({ status: 404, failure: { status: 404, code: "20404" } });
});

test("where the SDK's files cannot be told, a refused PATCH resolves as it always did", async () => {
  server.script.push({ status: 404, body: '{"code":20404}' });
  const client = landlineHttpClient(quick);
  open.push(client);
  const answer = await client.request({ method: "patch", uri: `${server.url}/x`, username: "u", password: "p" });
  expect(answer).toMatchObject({ statusCode: 404, body: { code: 20404 } });
});

test("needs no arguments, and refuses unknown ones by name", () => {
  landlineHttpClient().close();
  expect(() => landlineHttpClient({ attemptsMax: 0 })).toThrow(
    "attemptsMax must be a whole number from 1 to 1000, not 0",
  );
  expect(() => landlineHttpClient({ retries: 3 } as never)).toThrow("retries is not known");
});

test("writes nested values like qs does", () => {
  expect(encodeSdkForm({ a: [1, "b c"], d: { e: [true, null], f: "ü" }, g: undefined, h: "(!')*~" })).toBe(
    "a=1&a=b%20c&d%5Be%5D=true&d%5Be%5D=&d%5Bf%5D=%C3%BC&h=%28%21%27%29%2A~",
  );
});
