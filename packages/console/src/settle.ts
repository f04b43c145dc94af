/**
 * After a decision: lists lose or correct the rows that were decided, and only what shows sums or stories is read again.
 * Reading every page of a long list again would be slow, and would move what somebody is looking at.
 */
import type { QueryClient } from "@tanstack/react-query";
import type { Operation } from "./api/types.ts";
import type { Filters } from "./filters.ts";
import { settleList } from "./list-cache.ts";
import type { List } from "./list-cache.ts";

/** Tells everything that is shown. */
export function settleLists(queries: QueryClient, ...decided: readonly Operation[]): void {
  for (const query of queries.getQueryCache().findAll({ queryKey: ["operations"] })) {
    const filters = query.queryKey[1] as Filters;
    queries.setQueryData<List>(query.queryKey, (list) =>
      decided.reduce((after, operation) => after && settleList(after, operation, filters), list),
    );
    // Lists that nobody looks at are read again when somebody does.
    if (!query.isActive()) void queries.invalidateQueries({ queryKey: query.queryKey, refetchType: "none" });
  }
  void queries.invalidateQueries({
    predicate: ({ queryKey }) => queryKey[0] !== "operations" && queryKey[0] !== "session",
  });
}
