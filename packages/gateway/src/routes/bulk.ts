/** Bulk work: asked for, looked at, cancelled. `bulk/` does it. */
import type { z } from "zod";
import { freeze } from "../bulk/freeze.ts";
import type { BulkRecord, BulkResult, BulkStore } from "../bulk/record.ts";
import { chunkSize } from "../bulk/record.ts";
import type { Runner } from "../bulk/runner.ts";
import type { Route } from "../call.ts";
import { route } from "../call.ts";
import { invalid, json, problem, unavailable } from "../reply.ts";
import type { Problem } from "../reply.ts";
import { sealCursor } from "../schemas/cursor.ts";
import { badCursor, readFilters, readParameters, readQuery } from "../schemas/filters.ts";
import { instant } from "../schemas/instant.ts";
import { zodReader } from "../schemas/reading.ts";
import { accountVerbSchema } from "../schemas/verbs.ts";
import {
  bulkCancelDocument,
  bulkDocument,
  bulkListDocument,
  bulkRequestSchema,
  createBulkDocument,
} from "./bulk-documents.ts";
import { withinSight } from "./operations.ts";
import type { RoutePorts } from "./ports.ts";

/** Operations per second where none is asked for. */
const defaultRate = 50;

/** Bulk work on the wire. */
export interface WireBulk {
  readonly id: string;
  readonly action: BulkRecord["action"];
  readonly query: Readonly<Record<string, unknown>>;
  readonly reason: string;
  readonly rate: number;
  readonly dry_run: boolean;
  readonly state: BulkRecord["state"];
  readonly total: number;
  readonly done: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly created_by: string;
  readonly created_at: string;
  readonly updated_at: string;
}

/** All routes of bulk work. */
export function bulkRoutes(ports: RoutePorts, store: BulkStore, runner: Runner): readonly Route[] {
  return [
    route<z.output<typeof bulkRequestSchema>>({
      method: "POST",
      path: "/v1/bulk",
      access: "administer",
      document: createBulkDocument,
      body: { type: "json", optional: false, bytesMax: ports.limits.bodyBytesMax, read: zodReader(bulkRequestSchema) },
      answer: async ({ caller, body }) => {
        if (ports.isDraining()) return unavailable("This gateway is shutting down");
        const filters = readFilters(body.query, "query.");
        if (!filters.ok) return filters.problem;
        if (Object.keys(body.query).length === 0)
          return invalid("query", "query needs at least one filter: bulk work never means everything");
        const members = await freeze(
          ports.outbox,
          caller,
          withinSight(caller, filters.value),
          ports.limits.bulkMembersMax,
        );
        if ("type" in members) return members;
        const at = ports.host.now();
        const dryRun = body.dry_run ?? false;
        const record: BulkRecord = {
          id: `bulk_${ports.host.newOperationId().slice(3)}`,
          action: body.action,
          query: body.query,
          reason: body.reason,
          rate: body.rate ?? defaultRate,
          dryRun,
          actor: caller.name,
          state: dryRun || members.length === 0 ? "completed" : "running",
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
        return json(
          202,
          { ...toWireBulk(record), sample_ids: members.slice(0, 10).map(([id]) => id) },
          { location: `/v1/bulk/${record.id}` },
        );
      },
    }),
    route({
      method: "GET",
      path: "/v1/bulk",
      access: "administer",
      document: bulkListDocument,
      answer: async ({ query }) => {
        const reading = readParameters(query, []);
        if (!reading.ok) return reading.problem;
        const records = await store.list();
        return json(200, { data: records.toSorted((left, right) => right.createdAt - left.createdAt).map(toWireBulk) });
      },
    }),
    route({
      method: "GET",
      path: "/v1/bulk/{id}",
      access: "administer",
      document: bulkDocument,
      answer: async ({ params, query }) => {
        const reading = readQuery(query);
        if (!reading.ok) return reading.problem;
        const { page, rest } = reading.value;
        const [stranger] = Object.keys(rest);
        if (stranger !== undefined) return invalid(stranger, `${stranger} is not known`);
        const record = await store.get(params["id"] ?? "");
        if (record === null) return noBulk();
        const from = page.cursor === null ? 0 : Number(page.cursor);
        if (!Number.isSafeInteger(from) || from < 0 || from > record.total) return badCursor().problem;
        const results = await resultsOf(store, record, from, page.limit);
        const next = from + results.length;
        return json(200, {
          ...toWireBulk(record),
          results,
          next_cursor: next < record.total && results.length > 0 ? sealCursor(String(next)) : null,
        });
      },
    }),
    route<z.output<typeof accountVerbSchema>>({
      method: "POST",
      path: "/v1/bulk/{id}/cancel",
      access: "administer",
      document: bulkCancelDocument,
      body: { type: "json", optional: true, bytesMax: ports.limits.bodyBytesMax, read: zodReader(accountVerbSchema) },
      answer: async ({ caller, params, body }) => {
        const record = await store.get(params["id"] ?? "");
        if (record === null) return noBulk();
        if (record.state !== "running")
          return problem("STATE_CONFLICT", `It is ${record.state} already`, { state: record.state });
        const reason = body.reason ?? "cancel asked for";
        await store.cancel(record.id, caller.name, reason);
        await ports.audit({ actor: caller.name, event: "bulk.cancelled", subject: record.id, because: reason });
        // The runner stops before its next step and writes the state; what it did stays done.
        return json(200, toWireBulk({ ...record, state: "cancelled" }));
      },
    }),
  ];
}

/** What became of the members from a place on; those nobody came to yet are pending. */
async function resultsOf(
  store: BulkStore,
  record: BulkRecord,
  from: number,
  limit: number,
): Promise<readonly (BulkResult | (Omit<BulkResult, "status"> & { readonly status: "pending" }))[]> {
  const found = [];
  const until = Math.min(record.total, from + limit);
  for (let chunk = Math.floor(from / chunkSize); chunk * chunkSize < until; chunk += 1) {
    const [members, results] = await Promise.all([store.members(record.id, chunk), store.results(record.id, chunk)]);
    for (const [index, [id]] of members.entries()) {
      const place = chunk * chunkSize + index;
      if (place < from || place >= until) continue;
      const result = place < record.done ? results[index] : undefined;
      found.push(result ?? { id, status: "pending" as const, message: null, child_id: null });
    }
  }
  return found;
}

/** Writes the header. */
function toWireBulk(record: BulkRecord): WireBulk {
  return {
    id: record.id,
    action: record.action,
    query: record.query,
    reason: record.reason,
    rate: record.rate,
    dry_run: record.dryRun,
    state: record.state,
    total: record.total,
    done: record.done,
    succeeded: record.succeeded,
    failed: record.failed,
    created_by: record.actor,
    created_at: instant(record.createdAt),
    updated_at: instant(record.updatedAt),
  };
}

function noBulk(): Problem {
  return problem("NOT_FOUND", "There is no such bulk work");
}
