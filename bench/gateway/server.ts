/**
 * One server of the gateway's benchmark, in a process of its own: `server.ts KIND FILE`. It says its port, then, each
 * time it is asked, the processor time it has used so far in microseconds.
 *
 * `node:http` and `hono` read and check the same body and answer 202 with the same number of bytes, and store nothing;
 * `landline` is the gateway over the SQLite store, durable before the 202. Nothing dispatches.
 */
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { createRedactor, defaultPolicy } from "@landline/core";
import { createGateway, createKeyRing } from "@landline/gateway";
import { createHost, digest, hashing, randomToken } from "@landline/host";
import { createOutbox } from "@landline/outbox";
import { sqliteStore } from "@landline/outbox-sqlite";
import { createLedgerProvider } from "@landline/outbox/testing";
import { twilio } from "@landline/providers/twilio";
import { Hono } from "hono";
import { apiKey, isMessage } from "./request.ts";

const [kind = "", file = ""] = process.argv.slice(2);
const servers: Readonly<Record<string, () => Server>> = { "node:http": bare, hono, landline };

/** About as long as what the gateway answers. */
const answer = JSON.stringify({ id: "op_01JD0000000000000000000000", state: "queued", padding: "x".repeat(850) });

function bare(): Server {
  return createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const valid = isMessage(JSON.parse(Buffer.concat(chunks).toString()));
      response.writeHead(valid ? 202 : 400, {
        "content-type": "application/json",
        "content-length": answer.length,
      });
      response.end(answer);
    });
  });
}

function hono(): Server {
  const app = new Hono();
  app.post("/v1/operations", async (context) =>
    context.body(answer, isMessage(await context.req.json()) ? 202 : 400, { "content-type": "application/json" }),
  );
  return createAdaptorServer({ fetch: async (request) => app.fetch(request), hostname: "127.0.0.1" }) as Server;
}

function landline(): Server {
  const host = createHost();
  const store = sqliteStore(file);
  const provider = twilio({ accountSid: `AC${"0".repeat(32)}`, authToken: "t".repeat(32), from: "+15005550006" });
  // Nothing is sent here; the sender only has to exist.
  const { sender } = createLedgerProvider(host, { name: "tw" }).account;
  const accounts = [{ name: "tw", provider, sender, policy: defaultPolicy }];
  const gateway = createGateway({
    outbox: createOutbox({ store, waker: store, accounts, host, hashing }),
    keys: createKeyRing([{ name: "bench", role: "sender", digest: digest(apiKey) }], {
      digest,
      equal: (left, right) => hashing.equal(left, right),
    }),
    accounts: new Map([["tw", { provider }]]),
    routes: new Map(),
    documents: store,
    host,
    hashing,
    newToken: randomToken,
    redactor: createRedactor([]),
    publicUrl: null,
    loopback: true,
  });
  return createAdaptorServer({
    fetch: async (request, { incoming }) => gateway.fetch(request, { remoteAddress: incoming.socket.remoteAddress }),
    hostname: "127.0.0.1",
  }) as Server;
}

const make = servers[kind];
if (make === undefined) throw new Error(`no server is called ${kind}`);
const server = make();
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
process.on("disconnect", () => process.exit());
