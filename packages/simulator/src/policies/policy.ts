/** What every way of sending has in common: jobs go in, and the world's wire is used. */
import type { Job, World } from "../world.ts";

/** A running client. */
export interface Client {
  /** A job is to be sent now or when it is its turn. */
  submit(job: Job): void;
}

/** A way of sending, ours or somebody else's. */
export interface SendPolicy {
  readonly name: string;
  /** Where its rules come from. */
  readonly source: string;
  start(world: World, limits: KnownLimits): Client;
}

/** What the operator told the client; others mostly cannot be told. */
export interface KnownLimits {
  readonly ratePerSecond: number | null;
  readonly concurrencyMax: number | null;
  /** Whether a durable queue stands behind the client: retries are decided there, and cost nobody's patience. */
  readonly durable?: boolean;
}

/** Most requests any client keeps open, as everywhere in the comparison. */
export const callersMax = 100;
