/** Looking at operations: one with its story, or a page of many. */
import type { Route } from "../call.ts";
import { route } from "../call.ts";
import type { Caller } from "../permissions.ts";
import { sees } from "../permissions.ts";
import { json } from "../reply.ts";
import { sealCursor } from "../schemas/cursor.ts";
import type { OperationFilter } from "../schemas/filters.ts";
import { badCursor, readFilters, readParameters, readQuery } from "../schemas/filters.ts";
import { isMasked, showStory, showSummary } from "../wire/show.ts";
import { getOperationDocument, listOperationsDocument } from "./documents.ts";
import type { RoutePorts } from "./ports.ts";
import { visibleStory } from "./visible.ts";

/** `GET /v1/operations/{id}`. */
export function getOperationRoute(ports: RoutePorts): Route {
  return route({
    method: "GET",
    path: "/v1/operations/{id}",
    access: "read",
    document: getOperationDocument,
    answer: async ({ caller, params, query }) => {
      const reading = readParameters(query, ["masked"]);
      if (!reading.ok) return reading.problem;
      const story = await visibleStory(params["id"] ?? "", caller, ports);
      if ("type" in story) return story;
      return json(200, showStory(story, ports, isMasked(caller, reading.value["masked"])), {
        etag: `"${story.operation.version}"`,
      });
    },
  });
}

/** `GET /v1/operations`. */
export function listOperationsRoute({ outbox, redactor }: RoutePorts): Route {
  return route({
    method: "GET",
    path: "/v1/operations",
    access: "read",
    document: listOperationsDocument,
    answer: async ({ caller, query }) => {
      const reading = readQuery(query);
      if (!reading.ok) return reading.problem;
      const { masked, ...names } = reading.value.rest;
      const filters = readFilters(names);
      if (!filters.ok) return filters.problem;
      const page = await outbox.list(withinSight(caller, filters.value), reading.value.page);
      if (page === "bad_cursor") return badCursor().problem;
      // The filter says it already; whoever answers, nobody sees what is not theirs.
      const data = page.operations
        .filter((operation) => sees(caller, operation))
        .map((operation) => showSummary(operation, redactor, isMasked(caller, masked)));
      return json(200, { data, next_cursor: sealCursor(page.nextCursor) });
    },
  });
}

/** Narrows a filter to what the caller may see, and reads it as the caller means it. */
export function withinSight(caller: Caller, filter: OperationFilter): OperationFilter {
  return {
    ...filter,
    ...(filter.assignee === "me" ? { assignee: caller.name } : {}),
    ...(caller.role === "sender" ? { idempotencyScope: caller.name } : {}),
    ...(caller.accounts === null ? {} : { accounts: [...caller.accounts] }),
  };
}
