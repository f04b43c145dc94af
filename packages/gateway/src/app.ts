/**
 * The gateway: a function from a request to a response.
 *
 * It never listens. The composition root gives it what it needs and puts it behind a server. One route is taken before
 * the router because it is asked thousands of times a second; it runs through the same steps as all the others.
 */
import { OpenAPIHono } from "@hono/zod-openapi";
import type { LogFields } from "@landline/host";
import { createBulkStore } from "./bulk/record.ts";
import { createRunner } from "./bulk/runner.ts";
import type { Route } from "./call.ts";
import type { ApiDocument } from "./docs/outline.ts";
import { createEventBuffer } from "./events/buffer.ts";
import { createKeyBook } from "./keys/key-book.ts";
import { authenticator } from "./middleware/authenticate.ts";
import { createRunningKeys } from "./middleware/idempotency-key.ts";
import { originCheck } from "./middleware/origin.ts";
import { rateLimit } from "./middleware/rate-limit.ts";
import { createSessions } from "./middleware/sessions.ts";
import type { Connection, GatewayOptions } from "./options.ts";
import { defaultLimits } from "./options.ts";
import { createRouter } from "./router.ts";
import { accountRoutes } from "./routes/accounts.ts";
import { batchRoute } from "./routes/batch.ts";
import { bulkPreviewRoute } from "./routes/bulk-preview.ts";
import { bulkWordRoutes } from "./routes/bulk-words.ts";
import { bulkRoutes } from "./routes/bulk.ts";
import { checkRoutes } from "./routes/checks.ts";
import { consoleFallback } from "./routes/console.ts";
import { createOperationRoute } from "./routes/create-operation.ts";
import { docsRoutes } from "./routes/docs.ts";
import { eventsRoute } from "./routes/events.ts";
import { explainRoute } from "./routes/explain.ts";
import { healthRoutes } from "./routes/health.ts";
import { keyRoutes } from "./routes/keys.ts";
import { createMessageRoute } from "./routes/messages.ts";
import { getOperationRoute, listOperationsRoute } from "./routes/operations.ts";
import { overviewRoute } from "./routes/overview.ts";
import type { RoutePorts } from "./routes/ports.ts";
import { escalationRoute, groupsRoute, revealRoute } from "./routes/review-views.ts";
import { reviewRoutes } from "./routes/review.ts";
import { sessionRoutes } from "./routes/session.ts";
import { signInRoutes } from "./routes/sign-in.ts";
import { webhookRoute } from "./routes/webhooks.ts";
import { createServe } from "./serve.ts";
import { targetOf } from "./target.ts";
import { isUnavailableError } from "./unavailable.ts";

/** A gateway. */
export interface Gateway {
  /** Answers a request. Never rejects. */
  fetch(request: Request, connection?: Connection): Promise<Response>;
  /** Takes up bulk work that a predecessor left. Call once the store is open. */
  start(): Promise<void>;
  /** From now on nothing new is accepted (503) and `/readyz` says so; reading goes on. */
  drain(): void;
  /** Drains, ends event streams and bulk work under way (it goes on after a restart). */
  close(): Promise<void>;
  /** The OpenAPI 3.1 document. */
  openApi(): ApiDocument;
}

/** Makes a gateway. Throws nothing; faults of configuration are the root's to find. */
export function createGateway(options: GatewayOptions): Gateway {
  const limits = { ...defaultLimits, ...options.limits };
  const { documents, host, newToken } = options;
  let draining = false;
  const isDraining = (): boolean => draining;
  const sessions = createSessions({ documents, host, newToken, equal: options.hashing.equal });
  const signOn = options.signOn ?? null;
  const book = createKeyBook({ ring: options.keys, documents, host, newToken });
  const ports: RoutePorts = {
    ...options,
    limits,
    sessions,
    signOn,
    book,
    running: createRunningKeys(host),
    audit: options.audit ?? (async () => {}),
    isDraining,
  };
  const logFailure = (event: string, error: unknown, fields: LogFields): void => {
    const message = options.redactor.text(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    options.log?.("error", event, { ...fields, message });
  };
  const authenticate = authenticator(options.keys, sessions, signOn);
  const checks = originCheck(options);
  const serve = createServe({
    host,
    authenticate,
    hostCheck: checks.host,
    originCheck: checks.origin,
    strictOrigin: options.loopback,
    rateLimit: rateLimit(limits.rate, () => host.monotonic()),
    isUnavailable: options.isUnavailable ?? isUnavailableError,
    onError: (error, requestId, path) => logFailure("http.failed", error, { request_id: requestId, route: path }),
    observe: options.observe ?? null,
  });

  const epoch = host.newOperationId().slice(3);
  const buffer = createEventBuffer(epoch, limits.eventsKept);
  const unsubscribe = options.outbox.subscribe((event) => {
    buffer.push(event);
  });
  const events = eventsRoute(ports, buffer, authenticate);
  const bulk = createBulkStore(documents);
  const runner = createRunner({
    outbox: options.outbox,
    store: bulk,
    host,
    name: epoch,
    alone: options.storeIsOurs === true,
    onError: (error, id) => logFailure("bulk.waits", error, { id }),
  });
  const create = createOperationRoute(ports);
  const routes: readonly Route[] = [
    create,
    createMessageRoute(ports),
    batchRoute(ports),
    listOperationsRoute(ports),
    getOperationRoute(ports),
    escalationRoute(ports),
    revealRoute(ports),
    ...reviewRoutes(ports),
    groupsRoute(ports),
    overviewRoute(ports),
    ...bulkRoutes(ports, bulk, runner),
    ...bulkWordRoutes(ports, bulk, runner),
    bulkPreviewRoute(ports),
    ...accountRoutes(ports),
    explainRoute(ports, options.providers ?? new Map()),
    events.route,
    webhookRoute(ports),
    ...checkRoutes(ports, options.checks ?? null),
    ...keyRoutes(ports),
    ...sessionRoutes(ports),
    ...signInRoutes(ports, (message) => options.log?.("warn", "sign_in.failed", { message })),
    ...healthRoutes(options, isDraining),
    ...docsRoutes(() => router.document()),
  ];
  const router = createRouter(new OpenAPIHono(), routes, serve, consoleFallback(options.asset));

  const ends: (() => void)[] = [];
  return {
    fetch: (request) => {
      const target = targetOf(request.url);
      if (request.method === "POST" && target.path === create.path) return serve(create, request, target);
      return router.fetch(request);
    },
    start: async () => {
      if (ends.length === 0) {
        ends.push(sessions.startPruning((error) => logFailure("session.not_pruned", error, {})));
        ends.push(await book.start((error) => logFailure("keys.not_read", error, {})));
      }
      await runner.start();
    },
    drain: () => {
      draining = true;
    },
    close: async () => {
      draining = true;
      for (const end of ends) end();
      events.endAll();
      unsubscribe();
      await runner.stop();
    },
    openApi: () => router.document(),
  };
}
