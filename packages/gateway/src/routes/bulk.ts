/** Bulk work: asked for and looked at. `bulk-words.ts` has what people say about it later; `bulk/` does it. */
import type { z } from "zod";
import { freeze } from "../bulk/freeze.ts";
import type { BulkRecord, BulkStore, BulkView } from "../bulk/record.ts";
import { csvOf, resultsOf } from "../bulk/results.ts";
import type { Runner } from "../bulk/runner.ts";
import type { Call, Route } from "../call.ts";
import { route } from "../call.ts";
import type { Caller } from "../permissions.ts";
import type { Answer, Problem } from "../reply.ts";
import { invalid, json, problem, unavailable } from "../reply.ts";
import { bulkRequestSchema } from "../schemas/bulk.schema.ts";
import { sealCursor } from "../schemas/cursor.ts";
import type { OperationFilter } from "../schemas/filters.ts";
import { badCursor, readFilters, readParameters, readQuery } from "../schemas/filters.ts";
import type { Read } from "../schemas/reading.ts";
import { zodReader } from "../schemas/reading.ts";
import { toWireBulk, toWireHistory } from "../wire/bulk.ts";
import { bulkDocument, bulkListDocument, createBulkDocument } from "./bulk-documents.ts";
import { withinSight } from "./operations.ts";
import type { RoutePorts } from "./ports.ts";

/** Operations per second where none is asked for. */
export const defaultRate = 50;

/** Routes that ask for bulk work and look at it. */
export function bulkRoutes(ports: RoutePorts, store: BulkStore, runner: Runner): readonly Route[] {
  return [
    createRoute(ports, store, runner),
    route({
      method: "GET",
      path: "/v1/bulk",
      access: "administer",
      document: bulkListDocument,
      answer: async ({ caller, query }) => {
        const reading = readParameters(query, []);
        if (!reading.ok) return reading.problem;
        const views = await store.list();
        const newestFirst = views
          .filter(({ record }) => reachesBulk(caller, record))
          .toSorted((left, right) => right.record.createdAt - left.record.createdAt);
        return json(200, { data: newestFirst.map(toWireBulk) });
      },
    }),
    route({
      method: "GET",
      path: "/v1/bulk/{id}",
      access: "administer",
      document: bulkDocument,
      answer: async (call) => {
        const asked = call.params["id"] ?? "";
        const asTable = asked.endsWith(".csv") || prefersCsv(call.request.headers.get("accept"));
        const view = await store.get(asked.replace(/\.csv$/, ""));
        if (view === null || !reachesBulk(call.caller, view.record)) return noBulk();
        return asTable ? table(call, store, view.record) : progress(call, store, view);
      },
    }),
  ];
}

/** What a query in a body selects, as its caller means it. */
export function readBulkQuery(
  call: Call<{ readonly query: Readonly<Record<string, unknown>> }>,
): Read<OperationFilter> {
  const { query } = call.body;
  const filters = readFilters(query, "query.");
  if (!filters.ok) return filters;
  // Of what it means, not of what it has: a filter that is null is none.
  if (Object.keys(filters.value).length === 0)
    return {
      ok: false,
      problem: invalid("query", "query needs at least one filter: bulk work never means everything"),
    };
  return { ok: true, value: withinSight(call.caller, filters.value) };
}

/** Whether a key reaches bulk work: one that is confined to accounts only what a key confined to some of them made. */
export function reachesBulk({ accounts }: Caller, record: Pick<BulkRecord, "accounts">): boolean {
  return accounts === null || (record.accounts ?? null)?.every((account) => accounts.has(account)) === true;
}

/** The refusal of bulk work that is not there. */
export function noBulk(): Problem {
  return problem("NOT_FOUND", "There is no such bulk work");
}

function createRoute(ports: RoutePorts, store: BulkStore, runner: Runner): Route {
  return route<z.output<typeof bulkRequestSchema>>({
    method: "POST",
    path: "/v1/bulk",
    access: "administer",
    document: createBulkDocument,
    body: { type: "json", optional: false, bytesMax: ports.limits.bodyBytesMax, read: zodReader(bulkRequestSchema) },
    answer: async (call) => {
      const { caller, body } = call;
      if (ports.isDraining()) return unavailable("This gateway is shutting down");
      const filter = readBulkQuery(call);
      if (!filter.ok) return filter.problem;
      const members = await freeze(ports.outbox, ports.host, caller, filter.value, ports.limits.bulkMembersMax);
      if ("type" in members) return members;
      const at = ports.host.now();
      const dryRun = body.dry_run ?? false;
      const above = ports.limits.approvalAbove;
      const needsApproval = !dryRun && above !== null && members.length > above;
      const nothingToDo = dryRun || members.length === 0;
      const record: BulkRecord = {
        id: `bulk_${ports.host.newOperationId().slice(3)}`,
        action: body.action,
        query: body.query,
        reason: body.reason,
        rate: body.rate ?? defaultRate,
        dryRun,
        actor: caller.name,
        accounts: caller.accounts === null ? null : [...caller.accounts],
        state: nothingToDo ? "completed" : needsApproval ? "awaiting_approval" : "running",
        ...(needsApproval ? { approvalAbove: above } : {}),
        total: members.length,
        done: 0,
        succeeded: 0,
        failed: 0,
        createdAt: at,
        updatedAt: at,
      };
      await store.create(record, members);
      await ports.audit({ actor: caller.name, event: "bulk.created", subject: record.id, because: body.reason });
      if (record.state === "running") runner.take(record.id);
      const view: BulkView = { record, state: record.state, verdict: null, updatedAt: at };
      const shown = { ...toWireBulk(view), sample_ids: members.slice(0, 10).map(([id]) => id) };
      return json(202, shown, { location: `/v1/bulk/${record.id}` });
    },
  });
}

async function progress({ query }: Call, store: BulkStore, view: BulkView): Promise<Answer> {
  const reading = readQuery(query);
  if (!reading.ok) return reading.problem;
  const { page, rest } = reading.value;
  const [stranger] = Object.keys(rest);
  if (stranger !== undefined) return invalid(stranger, `${stranger} is not known`);
  const { record } = view;
  const from = page.cursor === null ? 0 : Number(page.cursor);
  if (!Number.isSafeInteger(from) || from < 0 || from > record.total) return badCursor().problem;
  const [results, pauses, end] = await Promise.all([
    resultsOf(store, record, from, page.limit),
    store.pauses(record.id),
    store.cancelled(record.id),
  ]);
  const next = from + results.length;
  return json(200, {
    ...toWireBulk(view),
    history: toWireHistory(view, pauses, end),
    results,
    next_cursor: next < record.total && results.length > 0 ? sealCursor(String(next)) : null,
  });
}

function table({ query }: Call, store: BulkStore, record: BulkRecord): Answer {
  const reading = readParameters(query, []);
  if (!reading.ok) return reading.problem;
  const headers = {
    "content-type": "text/csv; charset=utf-8; header=present",
    "content-disposition": `attachment; filename="${record.id}.csv"`,
  };
  return { type: "reply", status: 200, body: csvOf(store, record), headers };
}

/** True when a table is asked for and JSON is not preferred over it. */
function prefersCsv(accept: string | null): boolean {
  if (accept === null) return false;
  const csv = accept.indexOf("text/csv");
  const jsonAt = accept.indexOf("application/json");
  return csv >= 0 && (jsonAt < 0 || csv < jsonAt);
}
