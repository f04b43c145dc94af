/** `GET /v1/events`: everything that changes, as it changes. */
import { z } from "@hono/zod-openapi";
import { maskNumbers } from "@landline/core";
import type { OutboxEvent } from "@landline/outbox";
import type { Route, RouteDocument } from "../call.ts";
import { route } from "../call.ts";
import type { EventBuffer } from "../events/buffer.ts";
import { openEventStream } from "../events/stream.ts";
import type { EventStream } from "../events/stream.ts";
import type { Caller } from "../permissions.ts";
import type { Problem } from "../reply.ts";
import { unavailable } from "../reply.ts";
import { readParameters } from "../schemas/filters.ts";
import { toWireEvent } from "../wire/event.ts";
import { keyed, refusals } from "./documents.ts";
import type { RoutePorts } from "./ports.ts";

const document: RouteDocument = {
  operationId: "streamEvents",
  tags: ["Events"],
  summary: "Server-sent events of everything that changes",
  description:
    "Resumes after `Last-Event-ID` while the events since then are kept; otherwise the first event is `reset`, and the reader should look again. A comment comes every 15 s.",
  request: {
    headers: z.object({ "Last-Event-ID": z.string().optional() }),
    query: z.object({
      account: z.string().optional(),
      id: z.string().optional().openapi({ description: "Only events of this operation" }),
    }),
  },
  responses: {
    200: { description: "The stream", content: { "text/event-stream": { schema: z.string() } } },
    ...refusals(...keyed, "VALIDATION_ERROR"),
  },
};

/** The route, and how to end all its streams. */
export function eventsRoute(
  ports: RoutePorts,
  buffer: EventBuffer,
  authenticate: (request: Request) => Caller | Problem | Promise<Caller | Problem>,
): { readonly route: Route; endAll(): void } {
  const open = new Set<EventStream>();
  const headers = { "content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no" };
  const answer: Route["answer"] = ({ request, caller, query }) => {
    const reading = readParameters(query, ["account", "id"]);
    if (!reading.ok) return reading.problem;
    if (ports.isDraining()) return unavailable("This gateway is shutting down");
    if (open.size >= ports.limits.streamsMax) return unavailable("Too many event streams are open");
    // A HEAD request is answered by the GET route; it must not leave a stream behind.
    if (request.method === "HEAD") return { type: "reply", status: 200, body: null, headers };
    const { account, id } = reading.value;
    const stream = openEventStream(
      {
        buffer,
        host: ports.host,
        wants: ({ event }) => isWithin(event, caller, account, id),
        write: ({ event }) => maskNumbers(JSON.stringify(toWireEvent(event))),
        mayGoOn: async () => !("type" in (await authenticate(request))),
        onEnd: () => {
          open.delete(stream);
        },
      },
      request.headers.get("last-event-id"),
    );
    open.add(stream);
    request.signal.addEventListener("abort", () => {
      stream.end();
    });
    return { type: "reply", status: 200, body: stream.body, headers };
  };
  return {
    route: route({ method: "GET", path: "/v1/events", access: "overview", document, answer }),
    endAll: () => {
      for (const stream of open) stream.end();
    },
  };
}

function isWithin(event: OutboxEvent, caller: Caller, account: string | undefined, id: string | undefined): boolean {
  const accounts = "account" in event ? [event.account] : "accounts" in event ? event.accounts : [];
  if (caller.accounts !== null && !accounts.some((name) => caller.accounts?.has(name))) return false;
  if (account !== undefined && !accounts.includes(account)) return false;
  return id === undefined || ("id" in event && event.id === id);
}
