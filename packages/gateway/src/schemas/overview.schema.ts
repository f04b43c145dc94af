/** The shapes of `GET /v1/overview` for the OpenAPI document. `wire/overview.ts` has them as types, with what they mean. */
import { z } from "@hono/zod-openapi";
import { failureKinds, operationStates, parkedReasons } from "@landline/core";
import { instantSchema } from "./components.schema.ts";
import { laneSchema } from "./lane.schema.ts";

/** Widths of a bucket by their names. */
export const bucketNames = ["1m", "5m", "15m", "1h", "6h", "1d"] as const;

const parameter = z.string().optional();

/** The parameters of `GET /v1/overview`. */
export const overviewQuerySchema = z.object({
  from: instantSchema.optional().openapi({ description: "Rounded down to its bucket; an hour before `to` by default" }),
  to: instantSchema.optional().openapi({ description: "Rounded up to the end of its bucket; now by default" }),
  account: parameter.openapi({ description: "One or more, separated by commas" }),
  bucket: z
    .enum(bucketNames)
    .optional()
    .openapi({ description: "The narrowest with at most 120 buckets by default; at most 500 buckets" }),
});

const count = z.int().min(0);
const byState = z
  .partialRecord(z.enum(operationStates), count)
  .openapi({ description: "How often a state was entered; absent: never", example: { accepted: 1_204, parked: 3 } });

const quantiles = z
  .object({ count, p50_ms: z.number(), p95_ms: z.number(), p99_ms: z.number() })
  .openapi("Quantiles", { description: "Every operation is counted; a value is within 3.2 % of the true one" });

const figures = {
  asked: count.openapi({ description: "Operations handed in" }),
  states: byState,
  failures: z
    .partialRecord(z.enum(failureKinds), count)
    .openapi({ description: "Attempts that failed, receipts of failure and expiries, by kind" }),
  parked_reasons: z.partialRecord(z.enum(parkedReasons), count),
  attempts: z.object({
    total: count,
    accepted: count,
    rejected: count,
    throttled: count,
    unavailable: count,
    ambiguous: count,
  }),
  throttled_share: z
    .number()
    .nullable()
    .openapi({ description: "429s of all attempts, 0 to 1; null without attempts" }),
  accepted_per_second: z.number(),
  doubt: count.openapi({ description: "Operations that came into doubt" }),
  doubt_per_minute: z.number(),
  review: z.object({ in: count, out: count, out_to: byState }),
  latency: z.object({
    accepted: quantiles.nullable().openapi({ description: "From asked for to accepted" }),
    delivered: quantiles.nullable().openapi({ description: "From accepted to delivered" }),
  }),
};

const bucketSchema = z.object({ at: instantSchema, ...figures }).openapi("OverviewBucket");

const currentSchema = z
  .object({
    active: count.openapi({ description: "Queued, sending or retrying" }),
    reconciling: count,
    parked: count,
    parked_open: count,
    snoozed: count,
    undelivered: count,
    oldest_due: z.object({ lane: z.string(), due_at: instantSchema, age_seconds: z.number() }).nullable(),
  })
  .openapi("OverviewCurrent");

/** The answer of `GET /v1/overview`. */
export const overviewSchema = z
  .object({
    at: instantSchema,
    from: instantSchema,
    to: instantSchema,
    bucket: z.enum(bucketNames),
    bucket_seconds: z.int(),
    complete_from: instantSchema.nullable().openapi({ description: "Counted from here on; null: nothing counted yet" }),
    totals: z.object(figures).openapi("OverviewFigures"),
    series: z.array(bucketSchema).openapi({ description: "One for each bucket, oldest first" }),
    accounts: z.array(
      z.object({
        account: z.string(),
        provider: z.string(),
        state: z.enum(["ok", "paused", "blocked", "incident"]),
        ...figures,
        series: z.array(bucketSchema).openapi({ description: "Only buckets in which something happened" }),
        current: currentSchema,
        lanes: z.array(laneSchema),
      }),
    ),
    current: currentSchema,
    incidents: z.array(
      z.object({
        id: z.string(),
        provider: z.string(),
        accounts: z.array(z.string()),
        started_at: instantSchema,
        ended_at: instantSchema.nullable(),
        evidence: z.string(),
        ended_because: z.string().nullable(),
        operations_held: count.openapi({ description: "Waiting when it began, or asked for while it lasted" }),
      }),
    ),
  })
  .openapi("Overview");
