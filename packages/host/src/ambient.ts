/**
 * The world as any runtime offers it: Node, Bun, Deno, browsers, workers. Nothing here imports from Node, so that the
 * in-process client can be bundled for all of them (`@landline/host/ambient`).
 */
import { after, monotonic, now } from "./clock.ts";
import { operationIds } from "./operation-id.ts";

/** Clock and chance. The in-process client takes one; tests give it a virtual one. */
export interface Ambient {
  /** Epoch milliseconds, for people and deadlines. */
  now(): number;
  /** Milliseconds that never go back, for timeouts. */
  monotonic(): number;
  /** A number in [0, 1). */
  random(): number;
  /** `op_` and a monotonic ULID. `at`: the time of birth in epoch milliseconds, for who has just read it. */
  newOperationId(at?: number): string;
  /** Calls back after `ms`; the returned function cancels. `keepsAlive` false: does not hold the process. */
  after(ms: number, callback: () => void, keepsAlive?: boolean): () => void;
}

/** The same for what fingerprints its requests, which a client in process does not. */
export interface Host extends Ambient {
  /** Hex SHA-256. */
  digest(text: string): string;
}

/** The real clock and real chance of this runtime. */
export const ambient: Ambient = {
  now,
  monotonic,
  random: () => Math.random(),
  newOperationId: operationIds(now, (into) => crypto.getRandomValues(into)),
  after,
};
