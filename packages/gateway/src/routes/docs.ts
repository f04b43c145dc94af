import { z } from "@hono/zod-openapi";
/** `GET /openapi.json` and the documentation page. */
import type { Route } from "../call.ts";
import { route } from "../call.ts";
import type { ApiDocument } from "../docs/outline.ts";
import { docsPage, docsStyle } from "../docs/page.ts";
import { pageHeaders } from "../middleware/headers.ts";
import type { Answer } from "../reply.ts";
import { refusals } from "./documents.ts";

/** The routes; `document` is asked when somebody looks. */
export function docsRoutes(document: () => ApiDocument): readonly Route[] {
  const page = (body: string, contentType: string): Answer => ({
    type: "reply",
    status: 200,
    body,
    headers: { ...pageHeaders, "content-type": contentType, "cache-control": "no-cache" },
  });
  let openApi: string | null = null;
  let html: string | null = null;
  return [
    route({
      method: "GET",
      path: "/openapi.json",
      access: "open",
      document: {
        operationId: "getOpenApi",
        tags: ["Service"],
        summary: "This document",
        responses: {
          200: { description: "OpenAPI 3.1", content: { "application/json": { schema: z.unknown() } } },
          ...refusals(),
        },
      },
      answer: () => page((openApi ??= JSON.stringify(document())), "application/json; charset=utf-8"),
    }),
    route({
      method: "GET",
      path: "/docs",
      access: "open",
      document: null,
      answer: () => page((html ??= docsPage(document())), "text/html; charset=utf-8"),
    }),
    route({
      method: "GET",
      path: "/docs/style.css",
      access: "open",
      document: null,
      answer: () => page(docsStyle, "text/css; charset=utf-8"),
    }),
  ];
}
