/** `GET /v1/overview`: what happened in a window, what is so now, and incidents. */
import type { BucketWidth, OverviewRequest } from "@landline/outbox";
import { bucketWidths } from "@landline/outbox";
import type { Route, RouteDocument } from "../call.ts";
import { route } from "../call.ts";
import type { Caller } from "../permissions.ts";
import { reaches } from "../permissions.ts";
import { json } from "../reply.ts";
import { readParameters, refuse } from "../schemas/filters.ts";
import { parseInstant } from "../schemas/instant.ts";
import { bucketNames, overviewQuerySchema, overviewSchema } from "../schemas/overview.schema.ts";
import type { Read } from "../schemas/reading.ts";
import { toWireOverview } from "../wire/overview.ts";
import { answers, keyed, refusals } from "./documents.ts";
import type { RoutePorts } from "./ports.ts";

/** Window where none is asked for, in milliseconds. */
const defaultWindowMs = 3_600_000;
/** Buckets where none are asked for: as many as a chart can show. */
const bucketsWanted = 120;
const bucketsMax = 500;

const overviewDocument: RouteDocument = {
  operationId: "getOverview",
  tags: ["Overview"],
  summary: "Figures of any window, by bucket and account",
  description:
    "Every operation is counted, none is sampled. Buckets under 15 minutes reach back 3 days, under an hour 40 days, others 400; `complete_from` says how far this answer does.",
  request: { query: overviewQuerySchema },
  responses: { 200: answers("The overview", overviewSchema), ...refusals(...keyed, "VALIDATION_ERROR") },
};

/** The route. */
export function overviewRoute({ outbox, accounts, host }: RoutePorts): Route {
  return route({
    method: "GET",
    path: "/v1/overview",
    access: "overview",
    document: overviewDocument,
    answer: async ({ caller, query }) => {
      const reading = readParameters(query, ["from", "to", "account", "bucket"]);
      if (!reading.ok) return reading.problem;
      const request = readRequest(reading.value, host.now(), [...accounts.keys()], caller);
      if (!request.ok) return request.problem;
      return json(200, toWireOverview(await outbox.overview(request.value)));
    },
  });
}

function readRequest(
  given: Readonly<Record<string, string>>,
  now: number,
  known: readonly string[],
  caller: Caller,
): Read<OverviewRequest> {
  const to = given["to"] === undefined ? now : parseInstant(given["to"]);
  if (to === null) return refuse("to", "must be an RFC 3339 instant such as 2026-01-31T12:00:00Z");
  const from = given["from"] === undefined ? to - defaultWindowMs : parseInstant(given["from"]);
  if (from === null) return refuse("from", "must be an RFC 3339 instant such as 2026-01-31T12:00:00Z");
  if (from >= to) return refuse("from", "must be before to");
  const bucketMs = given["bucket"] === undefined ? fitting(to - from) : widthOf(given["bucket"]);
  if (bucketMs === null) return refuse("bucket", `must be one of ${bucketNames.join(", ")}`);
  if ((to - from) / bucketMs > bucketsMax)
    return refuse("bucket", `makes more than ${bucketsMax} buckets: take wider ones`);
  const asked = given["account"]?.split(",");
  const stranger = asked?.find((name) => !known.includes(name) || !reaches(caller, name));
  if (stranger !== undefined) return refuse("account", `names ${JSON.stringify(stranger)}, which is not there`);
  const within = asked ?? (caller.accounts === null ? null : [...caller.accounts]);
  return { ok: true, value: { from, to, bucketMs, ...(within === null ? {} : { accounts: within }) } };
}

function widthOf(name: string): BucketWidth | null {
  return bucketWidths[(bucketNames as readonly string[]).indexOf(name)] ?? null;
}

function fitting(windowMs: number): BucketWidth {
  return bucketWidths.find((width) => windowMs / width <= bucketsWanted) ?? 86_400_000;
}
