/** How keys look in the OpenAPI document, and how the request for one is read. */
import { z } from "@hono/zod-openapi";
import type { RouteDocument } from "../call.ts";
import { roles } from "../key-ring.ts";
import { instantSchema } from "../schemas/components.schema.ts";
import { accountVerbSchema } from "../schemas/verbs.ts";
import { answers, bodied, bodyOf, keyed, refusals } from "./documents.ts";

const rateSchema = z.strictObject({
  per_second: z.number().min(0.01).max(1_000_000),
  burst: z.int().min(1).max(1_000_000).optional(),
});

/** Body of `POST /v1/keys`. */
export const createKeySchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,98}[\x21-\x7e])?$/, "must be 1 to 100 visible ASCII characters")
      .openapi({ description: "Owner of what is handed in with it, scope of its idempotency keys" }),
    role: z.enum(roles),
    accounts: z.array(z.string().min(1).max(64)).min(1).max(1_000).optional().openapi({ description: "Only these" }),
    rate_limit: rateSchema.optional().openapi({ description: "Instead of the common one" }),
    reason: z.string().trim().min(1).max(2_000).optional().openapi({ description: "Why; kept in the audit record" }),
  })
  .openapi("CreateKeyRequest");

const shape = {
  id: z.string(),
  name: z.string(),
  role: z.enum(roles),
  accounts: z.array(z.string()).nullable(),
  rate_limit: z.object({ per_second: z.number(), burst: z.int() }).nullable(),
  source: z.enum(["configuration", "store"]).openapi({ description: "Those of the configuration are read-only here" }),
  created_at: instantSchema.nullable(),
  created_by: z.string().nullable(),
};
const keySchema = z.object(shape).openapi("Key");
const madeKeySchema = z
  .object({ ...shape, key: z.string().openapi({ description: "The key itself: in this answer and nowhere else" }) })
  .openapi("MadeKey");
const idParam = z.object({ id: z.string() });

/** `GET /v1/keys`. */
export const listKeysDocument: RouteDocument = {
  operationId: "listKeys",
  tags: ["Keys"],
  summary: "All keys, without their secrets",
  responses: {
    200: answers("Those of the configuration first", z.object({ data: z.array(keySchema) }).openapi("Keys")),
    ...refusals(...keyed, "VALIDATION_ERROR"),
  },
};

/** `POST /v1/keys`. */
export const createKeyDocument: RouteDocument = {
  operationId: "createKey",
  tags: ["Keys"],
  summary: "Make a key",
  request: { body: bodyOf(createKeySchema) },
  responses: {
    201: answers("Live here at once, in other processes within seconds", madeKeySchema),
    ...refusals(...keyed, ...bodied, "STATE_CONFLICT"),
  },
};

/** `POST /v1/keys/{id}/rotate`. */
export const rotateKeyDocument: RouteDocument = {
  operationId: "rotateKey",
  tags: ["Keys"],
  summary: "Make a second key of the same name",
  description: "Both are live until the old one is revoked (or, for one of the configuration, removed there).",
  request: { params: idParam, body: bodyOf(accountVerbSchema, false) },
  responses: { 201: answers("The new key", madeKeySchema), ...refusals(...keyed, ...bodied, "NOT_FOUND") },
};

/** `DELETE /v1/keys/{id}`. */
export const revokeKeyDocument: RouteDocument = {
  operationId: "revokeKey",
  tags: ["Keys"],
  summary: "Revoke a key",
  description: "Here from the next request on, its sessions too; in other processes within three seconds.",
  request: { params: idParam },
  responses: { 204: { description: "Revoked" }, ...refusals(...keyed, "NOT_FOUND", "STATE_CONFLICT") },
};
