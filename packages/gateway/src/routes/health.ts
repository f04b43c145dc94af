/** Is it alive, is it ready, and its numbers. */
import type { Route } from "../call.ts";
import { route } from "../call.ts";
import type { GatewayOptions } from "../options.ts";
import { json, problem, text, unavailable } from "../reply.ts";
import { healthDocument, metricsDocument, readyDocument } from "./documents.ts";

/** `GET /healthz`, `/readyz`, `/metrics`. */
export function healthRoutes(
  options: Pick<GatewayOptions, "readiness" | "metrics" | "metricsAccess">,
  isDraining: () => boolean,
): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/healthz",
      access: "open",
      anyHost: true,
      document: healthDocument,
      answer: () => json(200, { status: "ok" }),
    }),
    route({
      method: "GET",
      path: "/readyz",
      access: "open",
      anyHost: true,
      document: readyDocument,
      answer: async () => {
        const because = isDraining() ? "shutting down" : await options.readiness?.();
        return because === null || because === undefined ? json(200, { status: "ready" }) : unavailable(because);
      },
    }),
    route({
      method: "GET",
      path: "/metrics",
      access: options.metricsAccess === "open" ? "open" : "key",
      anyHost: true,
      document: metricsDocument,
      answer: async () =>
        options.metrics === undefined
          ? problem("NOT_FOUND", "This gateway keeps no metrics")
          : text(200, await options.metrics(), "text/plain; version=0.0.4; charset=utf-8"),
    }),
  ];
}
