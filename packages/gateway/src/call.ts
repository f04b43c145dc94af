/**
 * One request on its way through the gateway, and what a route is.
 *
 * A route is data: where it lives, who may call it, how its body is read, how it is documented, and one function that
 * answers. Everything that must never be forgotten (authentication, roles, limits, the envelope, the request id) is
 * done once, in `serve.ts`, from this data.
 */
import type { RouteConfig } from "@hono/zod-openapi";
import type { Caller, Permission } from "./permissions.ts";
import type { Answer, Problem } from "./reply.ts";
import type { Reader } from "./schemas/reading.ts";

/** HTTP methods in use. */
type Method = "GET" | "POST" | "DELETE";

/** A request, as its route sees it. */
export interface Call<Body = unknown> {
  readonly request: Request;
  readonly requestId: string;
  /** Scheme and authority the request named. */
  readonly origin: string;
  /** Path below the origin, as sent, without the query. */
  readonly path: string;
  /** The query as sent, without its `?`; empty when there is none. */
  readonly query: string;
  /** Parameters of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Who calls. On open routes: nobody in particular. */
  readonly caller: Caller;
  readonly body: Body;
}

/** Who may call a route: everybody, anybody with a key, or whoever has a permission. */
type Access = "open" | "key" | Permission;

/** How the body of a route is read. */
export type BodyRule<Body> =
  | { readonly type: "none" }
  | {
      readonly type: "json";
      /** An absent body reads as `{}`. */
      readonly optional: boolean;
      readonly bytesMax: number;
      readonly read: Reader<Body>;
    }
  /** Handed over as received, unread: signatures cover bytes. */
  | { readonly type: "bytes"; readonly bytesMax: number };

/** How a route looks in the OpenAPI document. */
export type RouteDocument = Omit<RouteConfig, "method" | "path" | "security">;

/** One route. */
export interface Route {
  readonly method: Method;
  /** OpenAPI form: `/v1/operations/{id}`. */
  readonly path: string;
  readonly access: Access;
  readonly body: BodyRule<unknown>;
  /** Checks headers before the body is read; a refusal costs nothing. */
  readonly before: ((call: Call<undefined>) => Problem | null) | null;
  /** Exempt from the check of the Host header: it is called by others than browsers, under names we do not know. */
  readonly anyHost: boolean;
  /** Null: not part of the documented API. */
  readonly document: RouteDocument | null;
  readonly answer: (call: Call<never>) => Answer | Promise<Answer>;
}

/** Declares a route; fills what is usual. */
export function route<Body = undefined>(
  rule: Pick<Route, "method" | "path" | "access" | "document"> & {
    readonly body?: BodyRule<Body>;
    readonly before?: (call: Call<undefined>) => Problem | null;
    readonly anyHost?: boolean;
    readonly answer: (call: Call<Body>) => Answer | Promise<Answer>;
  },
): Route {
  return {
    method: rule.method,
    path: rule.path,
    access: rule.access,
    document: rule.document,
    body: rule.body ?? { type: "none" },
    before: rule.before ?? null,
    anyHost: rule.anyHost ?? false,
    answer: rule.answer,
  };
}
