/**
 * The console's files, and its pages: every path that is not the API's and that a browser asks for is the console's to
 * explain, so that a link to an operation can be opened.
 */
import type { Route } from "../call.ts";
import { route } from "../call.ts";
import { pageHeaders } from "../middleware/headers.ts";
import type { Asset, GatewayOptions } from "../options.ts";
import type { Answer } from "../reply.ts";
import { problem } from "../reply.ts";

const apiPath = /^\/(?:v1|webhooks|healthz|readyz|metrics|openapi\.json|docs)(?:\/|$)/;

/** The route for a path no other route knows; null: not the console's. */
export function consoleFallback(
  asset: GatewayOptions["asset"],
): ((path: string, request: Request) => Route | null) | null {
  if (asset === undefined) return null;
  const file = route({
    method: "GET",
    path: "/",
    access: "open",
    document: null,
    answer: async ({ path }) => {
      const name = nameOf(path);
      const found = name === null ? null : await asset(name);
      if (found !== null) return shown(found);
      // A file name is a file or nothing; everything else is a page, which the console draws itself.
      const page = name !== null && /\.[a-z0-9]+$/i.test(name) ? null : await asset("index.html");
      return page === null ? problem("NOT_FOUND", "There is nothing at this path") : shown(page);
    },
  });
  return (path, request) =>
    (request.method === "GET" || request.method === "HEAD") && !apiPath.test(path) ? file : null;
}

function nameOf(path: string): string | null {
  try {
    const name = decodeURIComponent(path.slice(1));
    return name === "" ? "index.html" : name;
  } catch {
    return null;
  }
}

function shown({ body, contentType, immutable }: Asset): Answer {
  return {
    type: "reply",
    status: 200,
    body,
    headers: {
      ...pageHeaders,
      "content-type": contentType,
      "cache-control": immutable ? "public, max-age=31536000, immutable" : "no-cache",
    },
  };
}
