/**
 * The pages and their addresses. Search parameters are plain text both ways, so that an address reads as it looks.
 * Pages are fetched when they are first opened; the sign-in page and the frame come with the first load.
 */
import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { sessionQuery } from "./api/queries.ts";
import type { Verb } from "./api/verbs.ts";
import { readListSearch } from "./filters.ts";
import { Shell } from "./parts/shell.tsx";
import { Loading, NotFound, Trouble } from "./parts/states.tsx";
import type { SpanSearch } from "./span.ts";

const root = createRootRouteWithContext<{ readonly queries: QueryClient }>()({
  component: Shell,
  notFoundComponent: NotFound,
});

/** What the address of an operation's page may say. */
export interface OperationSearch {
  do?: Verb;
  show?: "raw" | "escalation";
}

/** What the address of the overview may say. */
export interface OverviewSearch extends SpanSearch {
  account?: string;
}

const overviewNames = ["window", "from", "to", "account"] as const;

const overview = createRoute({
  getParentRoute: () => root,
  path: "/",
  validateSearch: (search: Record<string, unknown>): OverviewSearch =>
    Object.fromEntries(
      overviewNames.flatMap((name) => (typeof search[name] === "string" ? [[name, search[name]]] : [])),
    ),
  beforeLoad: ({ context }) => {
    // A sender may only look at what it sent: there is no overview to show.
    const session = context.queries.getQueryData(sessionQuery.queryKey);
    if (session?.role === "sender") throw redirect({ to: "/operations" });
  },
  component: lazyRouteComponent(() => import("./pages/overview.tsx"), "OverviewPage"),
});
const review = createRoute({
  getParentRoute: () => root,
  path: "/review",
  validateSearch: readListSearch,
  component: lazyRouteComponent(() => import("./pages/review.tsx"), "ReviewPage"),
});
const operations = createRoute({
  getParentRoute: () => root,
  path: "/operations",
  validateSearch: readListSearch,
  component: lazyRouteComponent(() => import("./pages/operations.tsx"), "OperationsPage"),
});
const operation = createRoute({
  getParentRoute: () => root,
  path: "/operations/$id",
  validateSearch: (search: Record<string, unknown>): OperationSearch => ({
    ...(typeof search["do"] === "string" ? { do: search["do"] as Verb } : {}),
    ...(search["show"] === "raw" || search["show"] === "escalation" ? { show: search["show"] } : {}),
  }),
  component: lazyRouteComponent(() => import("./pages/operation.tsx"), "OperationPage"),
});
const bulkList = createRoute({
  getParentRoute: () => root,
  path: "/bulk",
  component: lazyRouteComponent(() => import("./pages/bulk-list.tsx"), "BulkListPage"),
});
const bulkNew = createRoute({
  getParentRoute: () => root,
  path: "/bulk/new",
  validateSearch: (search: Record<string, unknown>) => ({
    ...readListSearch(search),
    ...(typeof search["action"] === "string" ? { action: search["action"] } : {}),
  }),
  component: lazyRouteComponent(() => import("./pages/bulk-new.tsx"), "BulkNewPage"),
});
const bulk = createRoute({
  getParentRoute: () => root,
  path: "/bulk/$id",
  component: lazyRouteComponent(() => import("./pages/bulk.tsx"), "BulkPage"),
});
const accounts = createRoute({
  getParentRoute: () => root,
  path: "/accounts",
  component: lazyRouteComponent(() => import("./pages/accounts.tsx"), "AccountsPage"),
});
const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: lazyRouteComponent(() => import("./pages/settings.tsx"), "SettingsPage"),
});

const keys = createRoute({
  getParentRoute: () => root,
  path: "/settings/keys",
  component: lazyRouteComponent(() => import("./pages/keys.tsx"), "KeysPage"),
});

const routeTree = root.addChildren([
  overview,
  review,
  operations,
  operation,
  bulkList,
  bulkNew,
  bulk,
  accounts,
  settings,
  keys,
]);

/** Makes the router. */
export function makeRouter(queries: QueryClient) {
  return createRouter({
    routeTree,
    context: { queries },
    defaultPreload: "intent",
    scrollRestoration: true,
    parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
    stringifySearch: (search) => {
      const query = new URLSearchParams(
        Object.entries(search).flatMap(([name, value]) =>
          value === undefined || value === null || value === "" ? [] : [[name, String(value)]],
        ),
      ).toString();
      return query === "" ? "" : `?${query}`;
    },
    defaultPendingComponent: Loading,
    defaultErrorComponent: ({ error, reset }) => (
      <Trouble error={error instanceof Error ? error : new Error(String(error))} again={reset} />
    ),
    defaultNotFoundComponent: NotFound,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
  interface HistoryState {
    /** A recipient's number to look for; never part of the address. */
    to?: string;
  }
}
