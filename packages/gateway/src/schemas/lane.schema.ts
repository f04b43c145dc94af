/** The shape of a lane, for accounts and the overview. */
import { z } from "@hono/zod-openapi";
import { instantSchema } from "./components.schema.ts";

/** One lane of an account. */
export const laneSchema = z.object({
  lane: z.string(),
  open: z.boolean(),
  breaker: z.enum(["closed", "open", "half_open"]),
  rate: z.number().nullable().openapi({ description: "Requests per second; null: no limit found yet" }),
  in_flight: z.int(),
  window: z.number(),
  waits_until: instantSchema.nullable(),
});
