/** What the console reads, as TanStack queries. Everything is asked for masked; revealing is an act of its own. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Filters } from "../filters.ts";
import type { Span } from "../span.ts";
import { boundsOf } from "../span.ts";
import { ApiError, ask, askText, rememberCsrfToken } from "./client.ts";
import type { Account, Bulk, Group, Operation, Overview, Page, Session } from "./types.ts";

/** Operations on the first page of a list, and on the following ones. */
const firstPageSize = 50;
const pageSize = 200;

/** Who is signed in; null: nobody. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async ({ signal }) => {
    try {
      const session = await ask<Session>("/v1/session", { signal });
      rememberCsrfToken(session.csrf_token);
      return session;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: Number.POSITIVE_INFINITY,
});

/** The figures of a window of time, summed by the gateway. A window that ends now is read again and again. */
export function overviewQuery(span: Span, account: string | undefined) {
  return queryOptions({
    queryKey: ["overview", span, account ?? null],
    queryFn: async ({ signal }) => {
      const { from, to } = boundsOf(span, Date.now());
      const query = new URLSearchParams({ from, to, ...(account === undefined ? {} : { account }) });
      return ask<Overview>(`/v1/overview?${query}`, { signal });
    },
    placeholderData: keepPreviousData,
    refetchInterval: span.type === "last" ? 15_000 : false,
  });
}

/** Parked operations by cause. */
export const groupsQuery = queryOptions({
  queryKey: ["groups"],
  queryFn: async ({ signal }) => (await ask<{ data: readonly Group[] }>("/v1/review/groups", { signal })).data,
  refetchInterval: 60_000,
});

/** Every account's health. */
export const accountsQuery = queryOptions({
  queryKey: ["accounts"],
  queryFn: async ({ signal }) => (await ask<{ data: readonly Account[] }>("/v1/accounts", { signal })).data,
  refetchInterval: 15_000,
});

/** The address of a page of operations. */
function listPath(filters: Filters, page: { readonly limit: number; readonly cursor?: string | null }): string {
  const query = new URLSearchParams({ ...filters, masked: "true", limit: String(page.limit) });
  if (page.cursor !== null && page.cursor !== undefined) query.set("cursor", page.cursor);
  return `/v1/operations?${query}`;
}

/**
 * A list, page by page: a small first one, so that it is there at once, then large ones while somebody scrolls.
 * @param start a cursor to begin at; null: the newest
 */
export function listQuery(filters: Filters, start: string | null) {
  return infiniteQueryOptions({
    queryKey: ["operations", filters, start],
    queryFn: async ({ signal, pageParam }) =>
      ask<Page>(listPath(filters, { limit: pageParam === start ? firstPageSize : pageSize, cursor: pageParam }), {
        signal,
      }),
    initialPageParam: start,
    getNextPageParam: (page: Page) => page.next_cursor,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
}

/** One operation with its story. */
export function operationQuery(id: string) {
  return queryOptions({
    queryKey: ["operation", id],
    queryFn: async ({ signal }) => ask<Operation>(`/v1/operations/${encodeURIComponent(id)}?masked=true`, { signal }),
  });
}

/** The escalation package, for people. */
export function escalationQuery(id: string) {
  return queryOptions({
    queryKey: ["escalation", id],
    queryFn: async ({ signal }) =>
      askText(`/v1/operations/${encodeURIComponent(id)}/escalation`, { signal, headers: { accept: "text/markdown" } }),
    staleTime: 0,
  });
}

/** Method and address of an operation's requests, or null when they are not known. */
export function endpointQuery(id: string) {
  return queryOptions({
    queryKey: ["endpoint", id],
    queryFn: async ({ signal }) =>
      (await ask<{ endpoint: string | null }>(`/v1/operations/${encodeURIComponent(id)}/escalation`, { signal }))
        .endpoint,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** All bulk work, newest first. */
export const bulkListQuery = queryOptions({
  queryKey: ["bulk"],
  queryFn: async ({ signal }) => (await ask<{ data: readonly Bulk[] }>("/v1/bulk", { signal })).data,
  refetchInterval: 5_000,
});

/** One piece of bulk work with its results, page by page. */
export function bulkQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ["bulk", id],
    queryFn: async ({ signal, pageParam }) => {
      const cursor = pageParam === "" ? "" : `&cursor=${pageParam}`;
      return ask<Bulk>(`/v1/bulk/${encodeURIComponent(id)}?limit=100${cursor}`, { signal });
    },
    initialPageParam: "",
    getNextPageParam: (page: Bulk) => page.next_cursor ?? null,
    // What waits for a person is looked at now and then: the other person may be faster.
    refetchInterval: ({ state }) => {
      const now = state.data?.pages[0]?.state;
      return now === "running" ? 1_000 : now === "awaiting_approval" || now === "paused" ? 5_000 : false;
    },
  });
}
