/** What people read before they decide: groups by cause, the escalation package, and an operation in full. */
import { createRedactor, escalation, escalationMarkdown, messageFields } from "@landline/core";
import type { EscalationInput, Provider } from "@landline/core";
import type { StoryView } from "@landline/outbox";
import type { z } from "zod";
import type { Route } from "../call.ts";
import { route } from "../call.ts";
import { reaches } from "../permissions.ts";
import { json, text } from "../reply.ts";
import { readParameters } from "../schemas/filters.ts";
import { instant } from "../schemas/instant.ts";
import { zodReader } from "../schemas/reading.ts";
import { revealSchema } from "../schemas/verbs.ts";
import { showStory } from "../wire/show.ts";
import type { RoutePorts } from "./ports.ts";
import { escalationDocument, groupsDocument, revealDocument } from "./review-documents.ts";
import { visibleStory } from "./visible.ts";

/** `GET /v1/review/groups`. */
export function groupsRoute({ outbox }: RoutePorts): Route {
  return route({
    method: "GET",
    path: "/v1/review/groups",
    access: "overview",
    document: groupsDocument,
    answer: async ({ caller, query }) => {
      const reading = readParameters(query, []);
      if (!reading.ok) return reading.problem;
      const groups = await outbox.reviewGroups();
      const data = groups
        .filter((group) => reaches(caller, group.account))
        .map(({ firstSeen, lastSeen, sampleIds, reason, ...same }) => ({
          ...same,
          parked_reason: reason,
          first_seen: instant(firstSeen),
          last_seen: instant(lastSeen),
          sample_ids: sampleIds,
        }));
      return json(200, { data });
    },
  });
}

/** `POST /v1/operations/{id}/reveal`. */
export function revealRoute(ports: RoutePorts): Route {
  return route<z.output<typeof revealSchema>>({
    method: "POST",
    path: "/v1/operations/{id}/reveal",
    access: "reveal",
    document: revealDocument,
    body: { type: "json", optional: false, bytesMax: ports.limits.bodyBytesMax, read: zodReader(revealSchema) },
    answer: async ({ caller, params, body }) => {
      const story = await visibleStory(params["id"] ?? "", caller, ports);
      if ("type" in story) return story;
      // On record before it is shown, so that nobody looks without a trace.
      await ports.audit({
        actor: caller.name,
        event: "operation.revealed",
        subject: story.operation.id,
        because: body.reason,
      });
      return json(200, showStory(story, ports, false), { etag: `"${story.operation.version}"` });
    },
  });
}

/** `GET /v1/operations/{id}/escalation`. */
export function escalationRoute(ports: RoutePorts): Route {
  const masking = createRedactor([], { fields: messageFields, numbers: true });
  return route({
    method: "GET",
    path: "/v1/operations/{id}/escalation",
    access: "read",
    document: escalationDocument,
    answer: async ({ caller, params, request }) => {
      const story = await visibleStory(params["id"] ?? "", caller, ports);
      if ("type" in story) return story;
      const provider = ports.accounts.get(story.operation.account)?.provider ?? null;
      const masked = caller.role === "viewer";
      const made = escalation(packageInput(story, provider, masked), ports.redactor);
      const shown = masked ? (masking.value(made) as typeof made) : made;
      return prefersMarkdown(request.headers.get("accept"))
        ? text(200, escalationMarkdown(shown), "text/markdown; charset=utf-8")
        : json(200, shown);
    },
  });
}

function packageInput(story: StoryView, provider: Provider | null, masked: boolean): EscalationInput {
  return {
    operation: story.operation,
    provider: provider?.name ?? "unknown",
    endpoint: endpointOf(story, provider),
    attempts: masked ? story.attempts.map((attempt) => ({ ...attempt, body: null })) : story.attempts,
    events: story.history,
  };
}

function endpointOf({ operation }: StoryView, provider: Provider | null): EscalationInput["endpoint"] {
  const description = provider?.operations[operation.operation]?.describe(operation.input, {
    operationId: operation.id,
    idempotencyKey: operation.idempotencyKey,
    callbackUrl: null,
  });
  if (description === undefined) return null;
  const [url = description.url] = description.url.split("?");
  return { method: description.method, url };
}

/** True when Markdown is asked for and JSON is not preferred over it. */
function prefersMarkdown(accept: string | null): boolean {
  if (accept === null) return false;
  const markdown = accept.indexOf("text/markdown");
  const jsonAt = accept.indexOf("application/json");
  return markdown >= 0 && (jsonAt < 0 || markdown < jsonAt);
}
