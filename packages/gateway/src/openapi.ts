/** The OpenAPI 3.1 document, made of the routes. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { ApiDocument } from "./docs/outline.ts";

const description = `Every operation handed to Landline ends in exactly one known state, with the reason.

Errors have one shape, instants are RFC 3339 in UTC, ids are opaque. A request that was refused (4xx) has not consumed
its idempotency key. Repeating a request with the same key and the same body is always safe.`;

const tags = [
  { name: "Operations", description: "Hand in, look at, cancel" },
  { name: "Review", description: "Decide what is parked" },
  { name: "Bulk", description: "Decide many at once, durably" },
  { name: "Accounts", description: "Health, pause, resume, check" },
  { name: "Failures", description: "What a failure means" },
  { name: "Events", description: "Everything that changes, as it changes" },
  { name: "Webhooks", description: "What providers call" },
  { name: "Keys", description: "Who may call: make, rotate, revoke" },
  { name: "Session", description: "The console's sign-in" },
  { name: "Service", description: "Liveness, readiness, metrics, this document" },
];

/** Generates the document. */
export function documentOf(app: OpenAPIHono): ApiDocument {
  const { openAPIRegistry: registry } = app;
  registry.registerComponent("securitySchemes", "key", {
    type: "http",
    scheme: "bearer",
    description: "An API key: `Authorization: Bearer KEY`",
  });
  registry.registerComponent("securitySchemes", "session", {
    type: "apiKey",
    in: "cookie",
    name: "landline_session",
    description: "The console's session; unsafe methods also need the `X-CSRF-Token` header",
  });
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Landline",
      version: "1",
      description,
      license: { name: "MIT", url: "https://opensource.org/license/mit" },
    },
    servers: [{ url: "/" }],
    tags,
  }) as unknown as ApiDocument;
}
