/**
 * Finds the route of a request, and says precisely what is wrong when there is none: 404 for a path nobody knows, 405
 * with `Allow` for a path that is known by another method.
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Route } from "./call.ts";
import { route } from "./call.ts";
import type { ApiDocument } from "./docs/outline.ts";
import { documentOf } from "./openapi.ts";
import { rolesThatMay } from "./permissions.ts";
import { problem } from "./reply.ts";
import type { Serve } from "./serve.ts";
import { targetOf } from "./target.ts";

/** Routes behind one function. */
export interface Router {
  fetch(request: Request): Promise<Response>;
  /** The OpenAPI document of the routes. */
  document(): ApiDocument;
}

/**
 * Puts routes into a Hono app.
 * @param fallback answers what no route and no method explains (the console's pages); null: 404
 */
export function createRouter(
  app: OpenAPIHono,
  routes: readonly Route[],
  serve: Serve,
  fallback: ((path: string, request: Request) => Route | null) | null = null,
): Router {
  for (const each of routes) {
    if (each.document !== null)
      app.openAPIRegistry.registerPath({
        ...each.document,
        method: each.method.toLowerCase() as "get" | "post" | "delete",
        path: each.path,
        ...(each.access === "open" || each.access === "key" ? {} : { "x-roles": rolesThatMay(each.access) }),
        security: each.access === "open" ? [] : [{ key: [] }, { session: [] }],
      });
    app.on(each.method, each.path.replaceAll(/\{(\w+)\}/g, ":$1"), async (context) =>
      serve(each, context.req.raw, { ...targetOf(context.req.url), params: context.req.param() }),
    );
  }
  const patterns = routes.map(({ path, method }) => ({ method, pattern: patternOf(path) }));
  app.notFound(async ({ req }) => {
    const target = targetOf(req.url);
    const methods = patterns.filter(({ pattern }) => pattern.test(target.path)).map(({ method }) => method);
    const page = methods.length === 0 ? (fallback?.(target.path, req.raw) ?? null) : null;
    return serve(page ?? (methods.length === 0 ? unknownPath : otherMethod(methods)), req.raw, target);
  });
  // Routes never throw here; this is for the router itself, so that even its exceptions leave in the envelope.
  app.onError(async (error, { req }) => serve(broken(error), req.raw, targetOf(req.url)));
  let made: ApiDocument | null = null;
  return {
    fetch: async (request) => app.fetch(request),
    document: () => (made ??= documentOf(app)),
  };
}

const unknownPath = route({
  method: "GET",
  path: "(none)",
  access: "open",
  document: null,
  answer: () => problem("NOT_FOUND", "There is nothing at this path"),
});

function broken(error: Error): Route {
  return route({
    method: "GET",
    path: "(none)",
    access: "open",
    anyHost: true,
    document: null,
    answer: () => {
      throw error;
    },
  });
}

function otherMethod(methods: readonly string[]): Route {
  const allow = [...new Set(methods.includes("GET") ? [...methods, "HEAD"] : methods)].join(", ");
  return route({
    method: "GET",
    path: "(none)",
    access: "open",
    document: null,
    answer: () => problem("METHOD_NOT_ALLOWED", `This path knows ${allow}`, { allow }, { allow }),
  });
}

function patternOf(path: string): RegExp {
  const escaped = path.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
}
