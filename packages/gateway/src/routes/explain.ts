/** `POST /v1/explain`: a failure somebody has at hand, as Landline reads it. Nothing is stored. */
import { z } from "@hono/zod-openapi";
import { explain, toWireFailure } from "@landline/core";
import type { Provider } from "@landline/core";
import type { Route, RouteDocument } from "../call.ts";
import { route } from "../call.ts";
import { invalid, json } from "../reply.ts";
import { failureSchema } from "../schemas/components.schema.ts";
import { zodReader } from "../schemas/reading.ts";
import { answers, bodied, bodyOf, keyed, refusals } from "./documents.ts";
import type { RoutePorts } from "./ports.ts";

const explainSchema = z
  .strictObject({
    provider: z
      .string()
      .min(1)
      .max(255)
      .openapi({ example: "twilio", description: "A provider, or an account's name" }),
    status: z.int().min(100).max(599).nullish(),
    code: z
      .union([z.string().max(255), z.number()])
      .nullish()
      .openapi({ example: "21211" }),
    headers: z.record(z.string(), z.string()).nullish(),
    body: z.unknown().optional().openapi({ description: "The answer's body: text, or the JSON itself" }),
  })
  .openapi("ExplainRequest");

const document: RouteDocument = {
  operationId: "explainFailure",
  tags: ["Failures"],
  summary: "What a failure means: who must act, whether a retry helps, what to do",
  request: { body: bodyOf(explainSchema) },
  responses: {
    200: answers("The failure", z.object({ failure: failureSchema }).openapi("Explanation")),
    ...refusals(...keyed, ...bodied),
  },
};

type Explainable = Pick<Provider, "name" | "errors" | "explain">;

/** The route. */
export function explainRoute(ports: RoutePorts, providers: ReadonlyMap<string, Explainable>): Route {
  const byName = new Map<string, Explainable>(providers);
  for (const [account, { provider }] of ports.accounts) {
    if (!byName.has(provider.name)) byName.set(provider.name, provider);
    if (!byName.has(account)) byName.set(account, provider);
  }
  return route<z.output<typeof explainSchema>>({
    method: "POST",
    path: "/v1/explain",
    access: "explain",
    document,
    body: { type: "json", optional: false, bytesMax: ports.limits.bodyBytesMax, read: zodReader(explainSchema) },
    answer: ({ body }) => {
      const provider = byName.get(body.provider);
      if (provider === undefined)
        return invalid(
          "provider",
          `There is no provider ${JSON.stringify(body.provider)}; known are ${[...byName.keys()].join(", ")}`,
        );
      const failure = explain(
        provider,
        {
          status: body.status ?? undefined,
          code: body.code ?? undefined,
          headers: body.headers ?? undefined,
          body: bodyText(body.body),
        },
        ports.host.now(),
      );
      return json(200, { failure: toWireFailure(failure) });
    },
  });
}

function bodyText(body: unknown): string | undefined {
  if (body === undefined || body === null) return undefined;
  return typeof body === "string" ? body : JSON.stringify(body);
}
