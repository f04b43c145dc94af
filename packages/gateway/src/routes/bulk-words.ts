/**
 * What people say about bulk work that is there: approve, reject, pause, resume, cancel. Each word is kept on its own,
 * with its actor and reason, and holds after a restart.
 */
import type { z } from "zod";
import type { BulkStore, BulkView, BulkWord } from "../bulk/record.ts";
import type { Runner } from "../bulk/runner.ts";
import type { Route } from "../call.ts";
import { route } from "../call.ts";
import type { Caller } from "../permissions.ts";
import type { Problem } from "../reply.ts";
import { json, problem } from "../reply.ts";
import { bulkRejectSchema } from "../schemas/bulk.schema.ts";
import { zodReader } from "../schemas/reading.ts";
import { accountVerbSchema } from "../schemas/verbs.ts";
import { toWireBulk } from "../wire/bulk.ts";
import { bulkWordDocument } from "./bulk-documents.ts";
import { noBulk, reachesBulk } from "./bulk.ts";
import type { RoutePorts } from "./ports.ts";

/** Words about bulk work, and what the audit record calls them. */
const events = {
  approve: "bulk.approved",
  reject: "bulk.rejected",
  pause: "bulk.paused",
  resume: "bulk.resumed",
  cancel: "bulk.cancelled",
} as const;

/** See {@link events}. */
export type BulkWordName = keyof typeof events;

/** Keeps a word. False: another was quicker. */
type Say = (view: BulkView, word: Required<BulkWord>) => Promise<boolean>;

/** All routes of words about bulk work. */
export function bulkWordRoutes(ports: RoutePorts, store: BulkStore, runner: Runner): readonly Route[] {
  const decide =
    (verdict: "approved" | "rejected"): Say =>
    async ({ record }, word) => {
      if (!(await store.decide(record.id, { ...word, verdict }))) return false;
      if (verdict === "approved") runner.take(record.id);
      return true;
    };
  const pause =
    (paused: boolean): Say =>
    async ({ record }, word) => {
      await store.pause(record.id, ports.host.newOperationId(), { ...word, paused });
      if (!paused) runner.take(record.id);
      return true;
    };
  return [
    wordRoute(ports, store, "approve", { from: ["awaiting_approval"], byAnother: true, say: decide("approved") }),
    wordRoute(ports, store, "reject", { from: ["awaiting_approval"], byAnother: true, say: decide("rejected") }),
    wordRoute(ports, store, "pause", { from: ["running"], say: pause(true) }),
    wordRoute(ports, store, "resume", { from: ["paused"], say: pause(false) }),
    wordRoute(ports, store, "cancel", {
      from: ["running", "paused", "awaiting_approval"],
      // The runner stops before its next step; what it did stays done.
      say: async ({ record }, word) => store.cancel(record.id, word),
    }),
  ];
}

function wordRoute(
  ports: RoutePorts,
  store: BulkStore,
  name: BulkWordName,
  rule: { readonly from: readonly BulkView["state"][]; readonly byAnother?: true; readonly say: Say },
): Route {
  const schema = name === "reject" ? bulkRejectSchema : accountVerbSchema;
  return route<z.output<typeof accountVerbSchema>>({
    method: "POST",
    path: `/v1/bulk/{id}/${name}`,
    access: "administer",
    document: bulkWordDocument(name, schema),
    body: {
      type: "json",
      optional: name !== "reject",
      bytesMax: ports.limits.bodyBytesMax,
      read: zodReader(schema),
    },
    answer: async ({ caller, params, body }) => {
      const id = params["id"] ?? "";
      const view = await store.get(id);
      if (view === null || !reachesBulk(caller, view.record)) return noBulk();
      if (!rule.from.includes(view.state)) return isAlready(view);
      if (rule.byAnother === true && isOwn(view, caller)) {
        return problem("FORBIDDEN", "A second person decides: whoever made it cannot", { created_by: caller.name });
      }
      const reason = body.reason ?? "no reason given";
      const said = await rule.say(view, { actor: caller.name, reason, at: ports.host.now() });
      const after = await store.get(id);
      if (after === null) throw new Error(`bulk work ${id} was there and is not`);
      if (!said) return isAlready(after);
      await ports.audit({ actor: caller.name, event: events[name], subject: id, because: reason });
      return json(200, toWireBulk(after));
    },
  });
}

function isOwn({ record }: BulkView, caller: Caller): boolean {
  return record.actor === caller.name;
}

function isAlready({ state }: BulkView): Problem {
  return problem("STATE_CONFLICT", `It is ${state.replace("_", " ")}`, { state });
}
