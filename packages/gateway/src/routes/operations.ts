/** Looking at operations: one with its story, or a page of many. */
import type { Route } from "../call.ts";
import { route } from "../call.ts";
import type { Caller } from "../permissions.ts";
import { sees } from "../permissions.ts";
import { json } from "../reply.ts";
import type { OperationFilter } from "../schemas/filters.ts";
import { badCursor, readFilters, readParameters, readQuery } from "../schemas/filters.ts";
import { maskOperation, maskSummary } from "../wire/mask.ts";
import { toWireOperation, toWireSummary } from "../wire/operation.ts";
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
      const shown = toWireOperation(story);
      return json(200, isMasked(caller, reading.value["masked"]) ? maskOperation(shown) : shown, {
        etag: `"${story.operation.version}"`,
      });
    },
  });
}

/** `GET /v1/operations`. */
export function listOperationsRoute({ outbox }: RoutePorts): Route {
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
      const data = page.operations.filter((operation) => sees(caller, operation)).map(toWireSummary);
      const shown = isMasked(caller, masked) ? data.map((operation) => maskSummary(operation)) : data;
      return json(200, { data: shown, next_cursor: page.nextCursor });
    },
  });
}

/** Narrows a filter to what the caller may see. */
export function withinSight(caller: Caller, filter: OperationFilter): OperationFilter {
  return {
    ...filter,
    ...(caller.role === "sender" ? { idempotencyScope: caller.name } : {}),
    ...(caller.accounts === null ? {} : { accounts: [...caller.accounts] }),
  };
}

/** True when numbers and bodies are hidden: always from a viewer, and from anybody who asks for it. */
export function isMasked(caller: Caller, asked?: string): boolean {
  return caller.role === "viewer" || asked === "true";
}
