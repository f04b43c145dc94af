/**
 * A running gateway: the HTTP side of a system, from the first byte it listens for to the last one it drains.
 */
import type { Server } from "node:http";
import { isIP } from "node:net";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { consoleDirectory } from "@landline/console/assets";
import { createRedactor } from "@landline/core";
import { createGateway, createKeyRing } from "@landline/gateway";
import { digest, hashing, randomToken } from "@landline/host";
import { providerForExplaining, providerNames } from "@landline/providers";
import { closingOf } from "./closing.ts";
import type { Config } from "./config/index.ts";
import { readAssets } from "./console-assets.ts";
import { readKeys } from "./keys.ts";
import { observeSystem } from "./observe/index.ts";
import { testWebhooks } from "./observe/test-webhooks.ts";
import { traceIdOf } from "./observe/trace.ts";
import { restoredByHand } from "./restored.ts";
import { createOidc } from "./sign-in/oidc.ts";
import { CommandError, exit } from "./terminal.ts";
import { wireSystem } from "./wire.ts";

/** What may be chosen when serving. */
export interface ServeOptions {
  /** False: the gateway alone, somebody else dispatches. */
  readonly dispatch: boolean;
  /** Instead of the configured port; 0 picks a free one. */
  readonly port?: number;
  /** The store is a backup that was put back: what waits is doubted before anything is sent. */
  readonly restored?: boolean;
  /** Told of the key that a first start makes, at once: the store has it from then on, also when starting fails later. */
  readonly keyMade?: (key: string) => void;
}

/** A gateway that answers. */
export interface RunningGateway {
  readonly url: string;
  /** Says that it drains, drains the dispatcher, stops listening, lets requests end, closes the store. */
  close(): Promise<void>;
}

/** Slow senders of headers and bodies are cut off; keep-alive outlives that of common load balancers (60 s). */
const serverOptions = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16_384,
};

/**
 * Starts serving.
 * @throws {CommandError} when the address is taken or may not be used
 */
export async function serve(config: Config, options: ServeOptions): Promise<RunningGateway> {
  const { host: hostname } = config.http;
  const loopback = isLoopback(hostname);
  if (!loopback && config.apiKeys.length === 0) {
    throw new CommandError(
      `http.host is ${hostname}, which others can reach: configure apiKeys first, or listen on 127.0.0.1`,
      exit.usage,
    );
  }
  const system = await wireSystem(config);
  // What has to end when starting fails half-way: whatever still listens would keep the process alive.
  const begun: (() => Promise<void> | void)[] = [];
  try {
    const { host, outbox, store } = system;
    const keys = await readKeys(config.apiKeys, store, { digest, newToken: randomToken });
    const redactor = createRedactor(config.secrets);
    if (keys.made !== null) options.keyMade?.(keys.made);
    const observers = await observeSystem(system, redactor);
    begun.push(async () => observers.close());
    const assets = await readAssets(consoleDirectory());
    let draining = false;
    const gateway = createGateway({
      outbox,
      keys: createKeyRing(keys.records, { digest, equal: (left, right) => hashing.equal(left, right) }),
      accounts: config.accounts,
      routes: config.routes,
      providers: explainable(),
      documents: store,
      host,
      hashing,
      newToken: randomToken,
      redactor,
      publicUrl: config.http.publicUrl,
      loopback,
      storeIsOurs: config.store.type === "sqlite",
      readiness: async () => (draining ? "draining" : storeProblem(system.store)),
      metrics: observers.metrics,
      metricsAccess: config.http.metrics,
      limits: { rate: config.http.rateLimit, approvalAbove: config.review.approvalAbove },
      asset: (name) => assets.get(name) ?? null,
      audit: async (line) => store.audit(line),
      log: observers.log,
      observe: observers.request,
      traceUrl: (operation) => config.http.traceUrl?.replaceAll("{trace_id}", traceIdOf(operation)) ?? null,
      ...(config.oidc === null ? {} : { signOn: createOidc(config.oidc) }),
      checks: {
        alerts: observers.testAlerts,
        webhooks: async (accounts) =>
          testWebhooks(config.http.publicUrl, accounts, {
            newToken: randomToken,
            monotonic: () => host.monotonic(),
            fetch,
          }),
      },
    });
    const server = createAdaptorServer({
      fetch: async (request, { incoming }) => gateway.fetch(request, { remoteAddress: incoming.socket.remoteAddress }),
      hostname,
      serverOptions,
    }) as Server;
    server.maxHeadersCount = 100;
    const close = closingOf(server);
    // Bulk work an earlier process left unfinished goes on from here.
    begun.push(async () => gateway.close());
    await gateway.start();
    const port = await listen(server, hostname, options.port ?? config.http.port);
    begun.push(close);
    if (options.restored === true) await outbox.restored(restoredByHand);
    if (options.dispatch) await outbox.run();
    return {
      url: `http://${isIP(hostname) === 6 ? `[${hostname}]` : hostname}:${port}`,
      close: async () => {
        draining = true;
        gateway.drain();
        // Whoever asks hears that we are draining for as long as attempts under way take; then nobody listens.
        await outbox.stop();
        await gateway.close();
        await close();
        await observers.close();
        await system.close();
      },
    };
  } catch (error) {
    for (const end of begun.toReversed()) await end();
    await system.close();
    throw error;
  }
}

function explainable(): ReadonlyMap<string, NonNullable<ReturnType<typeof providerForExplaining>>> {
  return new Map(
    providerNames.flatMap((name) => {
      const provider = providerForExplaining(name);
      return provider === null ? [] : [[name, provider] as const];
    }),
  );
}

async function storeProblem(store: { now(): Promise<number> }): Promise<string | null> {
  return store.now().then(
    () => null,
    (error: unknown) => `the store does not answer: ${error instanceof Error ? error.message : String(error)}`,
  );
}

async function listen(server: Server, hostname: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken =
        error.code === "EADDRINUSE" ? `${hostname}:${port} is in use; choose another with --port` : error.message;
      reject(new CommandError(`cannot listen: ${taken}`));
    });
    server.listen(port, hostname, () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "::1" || hostname.startsWith("127.");
}
