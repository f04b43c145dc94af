/** What a call is given: the line it shares with all calls of its client, and the request it is. */
import type { Guarantee, Operation, Policy, RequestContext, RequestDescription } from "@landline/core";
import type { CallsUnderWay } from "./calls-under-way.ts";
import type { Closing } from "./closing.ts";
import type { Diagnoses } from "./diagnosis.ts";
import type { ClientListener } from "./events.ts";
import type { LaneGate } from "./lane-gate.ts";
import type { Link } from "./link.ts";

/** What all calls of one client share. */
export interface Line {
  readonly link: Link;
  readonly policy: Policy;
  readonly diagnoses: Diagnoses | null;
  readonly known: CallsUnderWay;
  readonly on: ClientListener | null;
  readonly closing: Closing;
}

/** A call, ready to be made. */
export interface CallRequest {
  readonly operation: Operation;
  readonly gate: LaneGate;
  readonly input: unknown;
  readonly context: RequestContext & { readonly operationId: string };
  /** Described once: every attempt carries identical bytes. */
  readonly request: RequestDescription;
  readonly signal: AbortSignal | null;
  /** Monotonic milliseconds, read in the turn in which the call is run. */
  readonly reading: number;
  /** Epoch milliseconds of the same moment. */
  readonly begunAt: number;
  /** Epoch milliseconds. */
  readonly deadline: number;
  readonly guarantee: Guarantee;
}
