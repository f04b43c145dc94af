/**
 * A storm of callbacks: ten thousand of Twilio and Red Cloud, repeated and in no order, while the gateway is killed once
 * (SIGKILL) and started again. Every message ends as it was told to, every event is counted once, nothing is answered
 * with 5xx, and nothing is written to the log as an error.
 */
import { once } from "node:events";
import { Agent, request } from "node:http";
import { createSandbox } from "@landline/sandbox";
import type { Sandbox } from "@landline/sandbox";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accountSid, createPlace } from "../contract/running.ts";
import type { Place, Running } from "../contract/running.ts";
import { chance, eventsOf, fates, publicUrl, redCloudPost, secrets, storm, twilioPost } from "./storm.ts";
import type { Message, Post } from "./storm.ts";

const eventsTotal = 10_000;
const messagesTotal = 1_000;
const connections = 32;
const key = "storm-key";

let place: Place;
let sandbox: Sandbox;
let agent = new Agent({ keepAlive: true, maxSockets: connections });
beforeAll(async () => {
  place = await createPlace();
  sandbox = await createSandbox({
    providers: ["twilio", "red-cloud"],
    twilio: { stepMs: 3_600_000 },
    redCloud: { stepMs: 3_600_000 },
  });
});
afterAll(async () => {
  agent.destroy();
  await place.leave();
  await sandbox.close();
});

async function api(url: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}${path}`, {
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  });
  return (await response.json()) as Record<string, unknown>;
}

/** One request; null where the connection failed. */
async function post(url: string, { path, headers, body }: Post): Promise<number | null> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const sent = request({
      hostname,
      port,
      path,
      method: "POST",
      agent,
      headers: { ...headers, "content-length": Buffer.byteLength(body) },
    });
    sent.once("error", () => resolve(null));
    sent.once("response", (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode ?? null));
      response.once("error", () => resolve(null));
    });
    sent.end(body);
  });
}

const to = (index: number): string => `+1415555${String(index).padStart(4, "0")}`;

const requestOf = (index: number, idempotencyKey: string): Record<string, unknown> => {
  const fate = fates[index % fates.length];
  if (fate === undefined) throw new Error("no fate");
  const message =
    fate.provider === "tw"
      ? { account: "tw", operation: "messages.create", input: { To: to(index), From: "+15005550006", Body: "Hello" } }
      : { account: "rc", operation: "messages.send", input: { to: [to(index)], messageType: "SMS", text: "Hello" } };
  return { ...message, class: fate.class, idempotency_key: idempotencyKey };
};

async function acceptedMessages(url: string): Promise<readonly Message[]> {
  const operations = Array.from({ length: messagesTotal }, (_, index) => requestOf(index, `storm-${index}`));
  const { results } = (await api(url, "/v1/operations/batch", { operations })) as {
    results: { status: number; operation: { id: string } }[];
  };
  expect(results.every(({ status }) => status === 202)).toBe(true);
  await expect.poll(() => sandbox.effects().length, { timeout: 60_000 }).toBe(messagesTotal);
  const effects = new Map(sandbox.effects().map((effect) => [effect.operation_id, effect.id]));
  return results.map(({ operation }, index) => ({
    fate: fates[index % fates.length]!,
    operationId: operation.id,
    providerId: effects.get(operation.id) ?? "",
    to: to(index),
  }));
}

test("ends in the right states, whatever is repeated, reordered or killed", async () => {
  const config = await place.write("landline.config.json", {
    store: "sqlite:./landline.db",
    http: { host: "127.0.0.1", port: 0, publicUrl },
    apiKeys: [{ name: "app", role: "admin", key }],
    accounts: {
      tw: { provider: "twilio", accountSid, authToken: secrets.twilio, baseUrl: sandbox.urls.twilio },
      rc: {
        provider: "red-cloud",
        baseUrl: sandbox.urls["red-cloud"],
        clientId: "client",
        clientSecret: "client-secret",
        sendFrom: "num_sandbox",
        webhookSecret: secrets.redCloud,
      },
      nt: { provider: "noticia", apiKey: "ntca_storm" },
    },
  });
  let gateway: Running = await place.serve(config);
  const messages = await acceptedMessages(gateway.url);

  // People who write STOP, things nobody here knows, and forgeries that say the opposite of the truth.
  const leaving = messages.filter(({ fate }) => fate.provider === "tw").slice(0, 20);
  const others = [
    ...leaving.map((message, index) =>
      twilioPost({
        MessageSid: `SM${"5".repeat(30)}${10 + index}`,
        SmsStatus: "received",
        From: message.to,
        OptOutType: "STOP",
      }),
    ),
    ...Array.from({ length: 50 }, (_, index) =>
      redCloudPost({ type: "message.delivery", messageId: `msg_stranger_${index}`, sequence: 3 }),
    ),
    ...messages
      .slice(0, 50)
      .map(({ providerId }) => twilioPost({ MessageSid: providerId, MessageStatus: "canceled" }, "", "forged")),
    ...messages
      .slice(0, 50)
      .map(({ providerId }) => redCloudPost({ type: "message.failed", messageId: providerId, sequence: 9 }, "forged")),
  ];
  // Noticia announced webhooks and sends none: nothing that claims to be one is taken.
  const noticia: Post = {
    path: "/webhooks/nt",
    headers: { "noticia-signature": "t=1,v1=00" },
    body: "{}",
    answer: 400,
  };
  const posts = storm([...messages.flatMap(eventsOf), ...others, noticia], eventsTotal, chance(4711));
  expect(posts).toHaveLength(eventsTotal);

  const answers = new Map<string, number>();
  let answered = 0;
  let broken = 0;
  let killed = false;
  let back: Promise<void> = Promise.resolve();
  const restart = async (): Promise<void> => {
    const gone = once(gateway.child, "exit");
    gateway.child.kill("SIGKILL");
    await gone;
    agent.destroy();
    agent = new Agent({ keepAlive: true, maxSockets: connections });
    gateway = await place.serve(config);
  };
  const rest = posts.values();
  const provider = async (): Promise<void> => {
    for (const each of rest) {
      for (;;) {
        await back;
        const status = await post(gateway.url, each);
        if (status === null) {
          // As a provider does: an event without an answer comes again.
          broken += 1;
          continue;
        }
        const seen = `${status} for ${each.answer}`;
        answers.set(seen, (answers.get(seen) ?? 0) + 1);
        answered += 1;
        break;
      }
      if (!killed && answered >= eventsTotal / 2) {
        killed = true;
        back = restart();
      }
    }
  };
  await Promise.all(Array.from({ length: connections }, provider));

  expect([...answers.keys()].toSorted((left, right) => (left < right ? -1 : 1))).toEqual([
    "204 for 204",
    "400 for 400",
    "403 for 403",
  ]);
  expect([answered, killed, broken > 0]).toEqual([eventsTotal, true, true]);

  for (const { operationId, fate } of messages) {
    const operation = (await api(gateway.url, `/v1/operations/${operationId}`)) as {
      receipts: { status: string; code: string | null }[];
    };
    const told = operation.receipts.map(({ status, code }) => `${status} ${code ?? ""}`.trim());
    expect({ ...operation, receipts: new Set(told), count: told.length }).toMatchObject({
      id: operationId,
      state: fate.state,
      parked_reason: fate.parkedReason,
      receipts: new Set(fate.words.map((word) => word.join(" "))),
      count: fate.words.length,
    });
  }

  // Whoever wrote STOP gets nothing more; whoever writes START does.
  const [returning] = leaving;
  const start = twilioPost({
    MessageSid: `SM${"6".repeat(32)}`,
    SmsStatus: "received",
    From: returning?.to ?? "",
    OptOutType: "START",
  });
  expect(await post(gateway.url, start)).toBe(204);
  const again = leaving.map(({ to: number }, index) => ({
    account: "tw",
    operation: "messages.create",
    input: { To: number, From: "+15005550006", Body: "Still there?" },
    idempotency_key: `again-${index}`,
  }));
  const { results } = (await api(gateway.url, "/v1/operations/batch", { operations: again })) as {
    results: { operation: { id: string } }[];
  };
  const states = async (): Promise<unknown[]> =>
    Promise.all(
      results.map(async ({ operation }) => (await api(gateway.url, `/v1/operations/${operation.id}`))["state"]),
    );
  await expect.poll(states).toEqual(["accepted", ...leaving.slice(1).map(() => "parked")]);
  expect(sandbox.effects()).toHaveLength(messagesTotal + 1);

  const errors = gateway.said.err
    .split("\n")
    .filter((line) => /"level":"(error|fatal)"|unhandled|uncaught/i.test(line));
  expect(errors).toEqual([]);
  expect(await gateway.end()).toBe(0);
});
