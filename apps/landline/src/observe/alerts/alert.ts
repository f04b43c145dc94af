/**
 * An alert: something a person must know now, or that it is over.
 */

/** How bad it is. */
export type Severity = "critical" | "error" | "warning";

/** One alert as every sink gets it. No bodies, no secrets, no whole numbers. */
export interface Alert {
  /** Equal for everything that is the same trouble; what sinks group by. */
  readonly key: string;
  /** `opened`: new or going on; `resolved`: over. */
  readonly status: "opened" | "resolved";
  readonly severity: Severity;
  readonly title: string;
  /** What happened and what to do. */
  readonly text: string;
  /** How often since the last time this was told. */
  readonly count: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly account: string | null;
  readonly operationId: string | null;
  readonly code: string | null;
  /** Where to look: the console or the runbook. */
  readonly link: string | null;
}

/** One refusal, for an error tracker. No message bodies, no secrets, no whole numbers. */
export interface Refusal {
  /** Account, operation and code: what is the same defect. */
  readonly group: readonly string[];
  /** How many it stands for. */
  readonly count: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly account: string;
  readonly provider: string;
  readonly operation: string;
  readonly status: number | null;
  readonly code: string | null;
  readonly kind: string | null;
  /** `warning`: too much at once; `error`: a defect. */
  readonly level: "warning" | "error";
  readonly message: string;
  readonly guidance: string;
  /** What the provider answered, redacted. */
  readonly body: string | null;
  readonly operationId: string;
  readonly attempt: number;
  readonly method: string;
  readonly endpoint: string;
  readonly requestId: string | null;
  /** Epoch milliseconds. */
  readonly requestTimestamp: number;
  readonly reference: string | null;
  readonly idempotencyKey: string;
  readonly link: string | null;
}

/** Somewhere alerts go. Rejects when it could not be told; the dispatcher tries again. */
export interface Sink {
  readonly name: string;
  send(alert: Alert): Promise<void>;
  /** Error trackers alone; nobody is paged by it. */
  refused?(refusal: Refusal): Promise<void>;
}
