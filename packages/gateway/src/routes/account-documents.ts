/** How accounts look in the OpenAPI document. */
import { z } from "@hono/zod-openapi";
import type { RouteDocument } from "../call.ts";
import { instantSchema } from "../schemas/components.schema.ts";
import { laneSchema } from "../schemas/lane.schema.ts";
import { accountVerbSchema, optInSchema } from "../schemas/verbs.ts";
import { answers, bodied, bodyOf, keyed, refusals } from "./documents.ts";

const accountSchema = z
  .object({
    name: z.string(),
    provider: z.string(),
    base_url: z.string(),
    operations: z.array(z.string()),
    state: z.enum(["ok", "paused", "blocked", "incident"]),
    paused: z.boolean(),
    credentials: z.enum(["ok", "blocked", "unknown"]),
    incident: z.object({ since: instantSchema, because: z.string() }).nullable(),
    in_flight: z.int(),
    holds: z.array(
      z.object({
        reason: z.enum(["paused", "blocked", "incident"]),
        actor: z.string(),
        because: z.string(),
        since: instantSchema,
      }),
    ),
    lanes: z.array(laneSchema),
    last_check: z.object({ at: instantSchema, ok: z.boolean(), message: z.string() }).nullable(),
  })
  .openapi("Account");

const nameParam = z.object({ name: z.string().openapi({ example: "tw" }) });

/** `GET /v1/accounts`. */
export const accountsDocument: RouteDocument = {
  operationId: "listAccounts",
  tags: ["Accounts"],
  summary: "All accounts and their health",
  responses: {
    200: answers("Accounts", z.object({ data: z.array(accountSchema) }).openapi("Accounts")),
    ...refusals(...keyed, "VALIDATION_ERROR"),
  },
};

/** `GET /v1/accounts/{name}`. */
export const accountDocument: RouteDocument = {
  operationId: "getAccount",
  tags: ["Accounts"],
  summary: "One account's health",
  request: { params: nameParam },
  responses: { 200: answers("The account", accountSchema), ...refusals(...keyed, "NOT_FOUND") },
};

const summaries = {
  pause: "Hold all lanes of an account until somebody resumes it; survives a restart",
  resume: "Let a paused account go on",
  check: "Ask the provider whether credentials and service work; a success lifts a block",
} as const;

/** `POST /v1/accounts/{name}/…`. */
export function accountVerbDocument(name: keyof typeof summaries): RouteDocument {
  return {
    operationId: `${name}Account`,
    tags: ["Accounts"],
    summary: summaries[name],
    request: { params: nameParam, body: bodyOf(accountVerbSchema, false) },
    responses: { 200: answers("The account", accountSchema), ...refusals(...keyed, ...bodied, "NOT_FOUND") },
  };
}

/** `POST /v1/accounts/{name}/opt-in`. */
export const optInDocument: RouteDocument = {
  operationId: "optIn",
  tags: ["Accounts"],
  summary: "Lift an opt-out, because the person opted in again where no callback could tell",
  description:
    "An inbound START lifts an opt-out by itself. This is for who does not send inbound messages here: what was refused for an opt-out stays barred until somebody says how it is known that it ended.",
  request: { params: nameParam, body: bodyOf(optInSchema) },
  responses: {
    200: answers(
      "Whether an opt-out stood and was lifted",
      z.object({ account: z.string(), lifted: z.boolean() }).openapi("OptIn"),
    ),
    ...refusals(...keyed, ...bodied, "NOT_FOUND"),
  },
};
