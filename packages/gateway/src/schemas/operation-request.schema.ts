/** The bodies that hand in operations, for the OpenAPI document; `operation-request.ts` reads them on the hot path. */
import { z } from "@hono/zod-openapi";
import { guarantees, operationClasses } from "@landline/core";
import { fallbackStepSchema, inputSchema } from "./components.schema.ts";
import { parseInstant } from "./instant.ts";
import { fallbackStepsMax, metadataLengthMax, textLengthMax } from "./operation-request.ts";
import { readPolicy } from "./policy-input.ts";

const instantInput = z
  .string()
  .refine((text) => parseInstant(text) !== null, "must be an RFC 3339 instant")
  .openapi({ format: "date-time" });
const duration = z.string().openapi({ example: "15s" });
const name = z.string().min(1).max(textLengthMax);

const policySchema = z
  .strictObject({
    attempts_max: z.int().min(1).max(1_000).optional(),
    backoff: z
      .strictObject({
        base: duration.optional(),
        factor: z.number().min(1).max(100).optional(),
        max: duration.optional(),
        jitter: z.union([z.number().min(0).max(1), z.literal("full")]).optional(),
      })
      .optional(),
    total_wait_max: duration.optional(),
    attempt_timeout: duration.optional(),
    deadline: duration.optional(),
    guarantee: z.enum(guarantees).optional(),
  })
  .refine((value) => readPolicy(value).ok, "is not a policy")
  .openapi("Policy", { description: "Overrides the account's policy; durations such as `15s`" });

/** The options every request for an operation has. */
export const optionShape = {
  reference: z.string().max(textLengthMax).nullish().openapi({ description: "Your own id (`order_789`)" }),
  deadline: instantInput.nullish().openapi({ description: "Not sent after this instant" }),
  not_before: instantInput.nullish().openapi({ description: "Not sent before this instant" }),
  class: z.enum(operationClasses).nullish(),
  guarantee: z.enum(guarantees).nullish(),
  subject: z
    .string()
    .max(textLengthMax)
    .nullish()
    .openapi({ description: "Ordered operations of one subject wait for each other" }),
  metadata: z
    .record(z.string(), z.unknown())
    .refine((value) => JSON.stringify(value).length <= metadataLengthMax, "is too long")
    .nullish(),
  policy: policySchema.nullish(),
};

const operationShape = {
  account: name.openapi({ example: "tw" }),
  operation: name.openapi({ example: "messages.create" }),
  input: inputSchema,
  fallback: z.array(fallbackStepSchema).max(fallbackStepsMax).nullish(),
  ...optionShape,
};

/** Body of `POST /v1/operations`. */
export const operationRequestSchema = z.strictObject(operationShape).openapi("OperationRequest");

/** Body of `POST /v1/operations/batch`. */
export const batchRequestSchema = z
  .strictObject({
    operations: z
      .array(
        z
          .strictObject({ ...operationShape, idempotency_key: z.string().min(1).max(255) })
          .openapi("BatchItem", { description: "An operation request with its own idempotency key" }),
      )
      .max(1_000),
  })
  .openapi("BatchRequest");
