/** Every fault over a real socket: what the client sees, and what really happened. */
import { connect } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { FaultDo } from "../faults/rules.ts";
import { createSandbox } from "../sandbox.ts";
import type { Sandbox } from "../sandbox.ts";
import { until } from "../testing/receiver.ts";
import { accountSid, authToken, call, create } from "../testing/twilio-request.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox();
});
beforeEach(() => {
  sandbox.setFaults([]);
  sandbox.reset();
});
afterAll(async () => sandbox.close());

const on = (fault: FaultDo): void => sandbox.setFaults([{ when: { operation: "messages.create" }, do: fault }]);

/**
 * What arrives on a bare socket, and how it ends.
 * @param patienceMs how long nothing may happen before that is called silence
 */
async function bare(patienceMs = 20_000): Promise<{ text: string; end: string }> {
  const body = "To=%2B15551234567&From=%2B15005550006&Body=Hello";
  const socket = connect(sandbox.port, "127.0.0.1");
  const basic = Buffer.from(`${accountSid}:${authToken}`).toString("base64");
  socket.write(
    `POST /2010-04-01/Accounts/${accountSid}/Messages.json HTTP/1.1\r\nHost: sandbox\r\nAuthorization: Basic ${basic}\r\n` +
      `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  let text = "";
  socket.on("data", (chunk) => (text += chunk.toString()));
  const end = await new Promise<string>((resolve) => {
    socket.on("end", () => resolve("end"));
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
    socket.setTimeout(patienceMs, () => resolve("silence"));
  });
  socket.destroy();
  return { text, end };
}

describe("answers", () => {
  test.each([400, 401, 403, 404, 405, 409, 422, 429, 500, 502, 503, 504])(
    "%i: refused, nothing happened",
    async (status) => {
      on({ status });
      const answer = await create(sandbox.url);
      expect(answer.status).toBe(status);
      expect(answer.json).toMatchObject({
        status,
        code: expect.any(Number) as number,
        message: expect.any(String) as string,
      });
      expect(answer.headers.get("twilio-request-id")).toMatch(/^RQ[0-9a-f]{32}$/);
      expect(sandbox.effects()).toEqual([]);
      expect(sandbox.ledger()).toMatchObject([{ type: "request", answer: { status, ending: "answer", rule: 0 } }]);
    },
  );

  test.each([402, 408, 410, 413, 425, 501, 505, 511, 520, 599])(
    "%i: no status of Twilio's own, so no code of Twilio's decides what it means",
    async (status) => {
      on({ status });
      expect((await create(sandbox.url)).json).toMatchObject({ status, code: null });
    },
  );

  test("accepted, and then 500: the effect is there, the answer denies it", async () => {
    on({ status: 500, accept: true });
    expect((await create(sandbox.url)).json).toMatchObject({ code: 20500 });
    expect(sandbox.effects()).toHaveLength(1);
  });

  test("code, message, headers and body are as wanted", async () => {
    on({ status: 429, code: 21611, message: "full", headers: { "Retry-After": "7" } });
    const answer = await create(sandbox.url);
    expect(answer.headers.get("retry-after")).toBe("7");
    expect(answer.json).toMatchObject({ code: 21611, message: "full" });
    on({ status: 502, body: { odd: true } });
    expect((await create(sandbox.url)).json).toEqual({ odd: true });
    on({ body: "" });
    expect(await create(sandbox.url)).toMatchObject({ status: 201, text: "" });
  });

  test("a page of HTML, with an error status or on top of a success", async () => {
    on({ html: true, status: 503 });
    const refused = await create(sandbox.url);
    expect(refused.text).toContain("<html>");
    expect(refused.headers.get("content-type")).toContain("text/html");
    expect(sandbox.effects()).toEqual([]);
    on({ html: true });
    expect((await create(sandbox.url)).status).toBe(201);
    expect(sandbox.effects()).toHaveLength(1);
  });

  test("a delay holds the answer back, not the effect", async () => {
    on({ delay: "10m" });
    const waiting = bare(50);
    await until(() => sandbox.effects().length === 1);
    expect(await waiting).toEqual({ text: "", end: "silence" });
    on({ delay: "120ms" });
    const started = Date.now();
    expect((await create(sandbox.url)).status).toBe(201);
    expect(Date.now() - started).toBeGreaterThanOrEqual(115);
  });

  test("an effect can come after the client has gone", async () => {
    on({ hang: true, accept_delay: "150ms" });
    expect((await bare(50)).end).toBe("silence");
    await until(() => sandbox.effects().length === 1);
  });
});

describe("damage on the wire", () => {
  test.each([
    ["before-accept", 0],
    ["after-accept", 1],
  ] as const)("reset %s is a reset to the client's kernel, with %i effects", async (reset, effects) => {
    on({ reset });
    expect(await bare()).toEqual({ text: "", end: "ECONNRESET" });
    expect(sandbox.effects()).toHaveLength(effects);
    expect(sandbox.ledger()[0]).toMatchObject({ answer: { status: null, ending: "reset" } });
  });

  test("a hang says nothing; accepted or not as wanted", async () => {
    on({ hang: true });
    expect(await bare(100)).toEqual({ text: "", end: "silence" });
    await until(() => sandbox.ledger().length === 1);
    expect(sandbox.effects()).toEqual([]);
    on({ hang: true, accept: true });
    expect((await bare(50)).end).toBe("silence");
    await until(() => sandbox.effects().length === 1);
  });

  test("truncated: fewer bytes than promised, then the end", async () => {
    on({ truncate: 40 });
    const { text, end } = await bare();
    const [head = "", body] = text.split("\r\n\r\n");
    expect(end).toBe("end");
    expect(body).toHaveLength(40);
    expect(Number(/content-length: (\d+)/i.exec(head)?.[1])).toBeGreaterThan(40);
    expect(sandbox.effects()).toHaveLength(1);
    await expect(create(sandbox.url)).rejects.toThrow(/terminated|fetch failed/);
  });

  test("truncated to nothing: headers only", async () => {
    on({ truncate: 0 });
    const { text, end } = await bare();
    expect(end).toBe("end");
    expect(text).toMatch(/^HTTP\/1\.1 201 [\s\S]*\r\n\r\n$/);
  });

  test("chunked without a last chunk", async () => {
    on({ truncate: { bytes: 10, how: "chunked" } });
    const { text, end } = await bare();
    expect(end).toBe("end");
    expect(text).toMatch(/transfer-encoding: chunked/i);
    expect(text).not.toMatch(/\r\n0\r\n\r\n$/);
    await expect(create(sandbox.url)).rejects.toThrow(/terminated|fetch failed/);
  });

  test("valid HTTP around cut JSON", async () => {
    on({ truncate: { bytes: 10, how: "clean" } });
    const answer = await create(sandbox.url);
    expect(answer).toMatchObject({ status: 201, json: {} });
    expect(answer.text).toHaveLength(10);
  });
});

test("a limiter: 429 with the provider's code, honest Retry-After, no effect", async () => {
  let now = Date.UTC(2026, 0, 1);
  const limited = await createSandbox({
    faults: [{ do: { rate_limit: { per_second: 2, retry_after: true } } }],
    now: () => now,
  });
  const answers = await Promise.all(Array.from({ length: 10 }, async () => create(limited.url)));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(8);
  for (const { json, headers } of refused) {
    expect(json).toMatchObject({ code: 20429 });
    expect(headers.get("retry-after")).toBe("1");
  }
  expect(limited.effects()).toHaveLength(2);
  now += 1_000;
  expect((await create(limited.url)).status).toBe(201);
  await limited.close();
});

test("a limiter of concurrency frees the place of a client that left", async () => {
  sandbox.setFaults([{ do: { rate_limit: { concurrency: 1 } } }, { when: { nth: 1 }, do: { hang: true } }]);
  await bare(50);
  await expect.poll(async () => (await create(sandbox.url)).status).toBe(201);
});

test("a rule for creates leaves the rest alone", async () => {
  on({ status: 500 });
  expect((await call(sandbox.url, "GET", "/Messages.json")).status).toBe(200);
});
