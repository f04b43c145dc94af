/**
 * The verbs of review, and cancelling. Each is one click of one person on one version: a second click, or somebody
 * else's in between, gets 409 and changes nothing.
 */
import type { FallbackStep, OperationView, StoryView, VerbContext, VerbResult } from "@landline/outbox";
import type { z } from "zod";
import type { Call, Route } from "../call.ts";
import { route } from "../call.ts";
import { versionOf, versionRequired } from "../middleware/version.ts";
import type { Permission } from "../permissions.ts";
import { reaches } from "../permissions.ts";
import type { Answer } from "../reply.ts";
import { invalid, json, problem, unavailable } from "../reply.ts";
import { instant } from "../schemas/instant.ts";
import { zodReader } from "../schemas/reading.ts";
import {
  assignSchema,
  commentSchema,
  fallbackSchema,
  fixSchema,
  optionalReasonSchema,
  reasonSchema,
  resolveSchema,
  snoozeSchema,
} from "../schemas/verbs.ts";
import { showStory } from "../wire/show.ts";
import { wireField } from "./enqueue.ts";
import type { RoutePorts } from "./ports.ts";
import { verbDocument } from "./review-documents.ts";
import { notFound, visible } from "./visible.ts";

/** What every verb's body may have. */
interface VerbBody {
  readonly reason?: string | null | undefined;
  readonly version?: number | undefined;
}

/** All verbs on one operation. */
export function reviewRoutes(ports: RoutePorts): readonly Route[] {
  const { outbox } = ports;
  return [
    verb(ports, "cancel", "cancel", optionalReasonSchema, {
      versionNeeded: false,
      run: async (id, _body, { actor, reason }, version) => outbox.cancel(id, { actor, reason, version }),
    }),
    verb(ports, "retry", "review", reasonSchema, { run: async (id, _body, context) => outbox.retry(id, context) }),
    verb(ports, "fix", "review", fixSchema, { run: async (id, body, context) => outbox.fix(id, body.input, context) }),
    verb(ports, "fallback", "review", fallbackSchema, {
      run: async (id, body, context) => outbox.fallback(id, stepOf(body), context),
    }),
    verb(ports, "discard", "review", reasonSchema, { run: async (id, _body, context) => outbox.discard(id, context) }),
    verb(ports, "resolve", "review", resolveSchema, {
      run: async (id, body, context) => outbox.resolve(id, body.verdict, body.evidence, context),
    }),
    verb(ports, "reconcile", "review", optionalReasonSchema, {
      run: async (id, _body, context) => outbox.reconcile(id, context),
    }),
    verb(ports, "assign", "review", assignSchema, {
      audit: ({ assignee }, actor) => `to ${meant(assignee, actor) ?? "nobody"}`,
      run: async (id, { assignee }, context) => outbox.assign(id, meant(assignee, context.actor), context),
    }),
    verb(ports, "snooze", "review", snoozeSchema, {
      audit: ({ until }) => (until === null ? "back now" : `until ${instant(until)}`),
      run: async (id, { until }, context) => outbox.snooze(id, until, context),
    }),
    verb(ports, "comment", "review", commentSchema, {
      audit: () => "commented",
      run: async (id, { text }, context) => outbox.comment(id, { ...context, reason: text }),
    }),
  ];
}

/** The names of the verbs. */
type VerbName =
  | "cancel"
  | "retry"
  | "fix"
  | "fallback"
  | "discard"
  | "resolve"
  | "reconcile"
  | "assign"
  | "snooze"
  | "comment";

/** Events of the audit record, for verbs that leave the state as it is. */
const audited: Partial<Record<VerbName, string>> = {
  assign: "operation.assigned",
  snooze: "operation.snoozed",
  comment: "operation.commented",
};

function verb<Body extends VerbBody>(
  ports: RoutePorts,
  name: VerbName,
  permission: Permission,
  schema: z.ZodType<Body>,
  rule: {
    readonly versionNeeded?: boolean;
    /** What the audit record says of it; the history has the rest. */
    readonly audit?: (body: Body, actor: string) => string;
    readonly run: (id: string, body: Body, context: VerbContext, version: number | null) => Promise<VerbResult>;
  },
): Route {
  const { versionNeeded = true } = rule;
  const optional = schema.safeParse({}).success;
  return route<Body>({
    method: "POST",
    path: `/v1/operations/{id}/${name}`,
    access: permission,
    document: verbDocument(name, schema, { optional, versionNeeded }),
    body: { type: "json", optional, bytesMax: ports.limits.operationBytesMax, read: zodReader(schema) },
    answer: async (call) => {
      if (ports.isDraining()) return unavailable("This gateway is shutting down");
      const { body, caller, params, request } = call;
      const operation = await visible(params["id"] ?? "", caller, ports);
      if ("type" in operation) return operation;
      const version = versionOf(request.headers, body.version);
      if (version !== null && typeof version !== "number") return version;
      if (version === null && versionNeeded) return versionRequired();
      const foreign = foreignAccount(call, ports);
      if (foreign !== null) return foreign;
      const context = {
        actor: caller.name,
        reason: body.reason ?? "no reason given",
        version: version ?? operation.version,
      };
      const result = await rule.run(operation.id, body, context, version);
      const event = audited[name];
      if (event !== undefined && result.type === "done" && rule.audit !== undefined) {
        await ports.audit({ actor: caller.name, event, subject: operation.id, because: rule.audit(body, caller.name) });
      }
      return answerOf(result, ports);
    },
  });
}

async function answerOf(result: VerbResult, ports: RoutePorts): Promise<Answer> {
  switch (result.type) {
    case "done": {
      const shown = result.child ?? result.operation;
      const found = await ports.outbox.story(shown.id);
      if (found === null) throw new Error(`operation ${shown.id} was changed and is not there`);
      const story = asOf(shown, found);
      const headers = { etag: `"${shown.version}"` };
      return result.child === null
        ? json(200, showStory(story, ports, false), headers)
        : json(201, showStory(story, ports, false), { ...headers, location: `/v1/operations/${shown.id}` });
    }
    case "not_found":
      return notFound();
    case "conflict":
      return problem("STATE_CONFLICT", result.message, {
        state: result.operation.state,
        version: result.operation.version,
      });
    case "invalid":
      return problem("VALIDATION_ERROR", result.message, {
        field: wireField(result.field),
        ...(result.failure === null ? {} : { guidance: result.failure.guidance }),
      });
    default:
      return result satisfies never;
  }
}

/**
 * The story up to what the verb did. A dispatcher may have taken the operation up in the meantime, and the answer to a
 * click says what the click did.
 */
function asOf(operation: OperationView, story: StoryView): StoryView {
  return {
    ...story,
    operation,
    attempts: story.attempts.filter(({ number }) => number <= operation.attemptsStarted),
    history: story.history.filter(({ at, event }) => at <= operation.updatedAt || isNote(event)),
  };
}

/** Whom an assignment means. */
function meant(assignee: string | null, actor: string): string | null {
  return assignee === "me" ? actor : assignee;
}

/** Notes leave `updatedAt` alone: it says since when an operation is parked. */
function isNote(event: string): boolean {
  return ["operation.assigned", "operation.snoozed", "operation.woken", "operation.commented"].includes(event);
}

/** A fallback may name an account; the key must reach it. */
function foreignAccount(
  call: Call<VerbBody & { readonly account?: string | undefined }>,
  ports: RoutePorts,
): Answer | null {
  const { account } = call.body;
  if (account === undefined) return null;
  if (!ports.accounts.has(account)) return invalid("account", `There is no account ${JSON.stringify(account)}`);
  return reaches(call.caller, account)
    ? null
    : problem("FORBIDDEN", `This key does not reach the account ${account}`, { field: "account" });
}

function stepOf(body: z.output<typeof fallbackSchema>): Partial<FallbackStep> {
  const { account, operation, input } = body;
  return {
    ...(account === undefined ? {} : { account }),
    ...(operation === undefined ? {} : { operation }),
    ...(input === undefined ? {} : { input }),
  };
}
