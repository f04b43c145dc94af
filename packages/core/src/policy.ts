/**
 * How hard to try: the numbers of a retry policy, their defaults, and the reading of a partial policy from outside.
 *
 * Defaults follow the providers' published advice: 1 s doubling, cap 30 s, up to 20 % jitter, five retries, 60 s of
 * waiting in all. A policy given by a person is merged over the defaults, and every fault in it is reported at once.
 */
import type { Duration } from "./duration.ts";
import { parseDuration } from "./duration.ts";

/** What to do with doubt: ask first (`once`), resend (`at-least-once`), or stop (`at-most-once`). */
export const guarantees = ["once", "at-least-once", "at-most-once"] as const;

/** See {@link guarantees}. */
export type Guarantee = (typeof guarantees)[number];

/** Classes of urgency, most urgent first. */
export const operationClasses = ["critical", "standard", "bulk"] as const;

/** See {@link operationClasses}. */
export type OperationClass = (typeof operationClasses)[number];

/** Delays between attempts. */
export interface BackoffPolicy {
  /** Delay before the first retry, in milliseconds. */
  readonly baseMs: number;
  /** What each further delay is multiplied by. */
  readonly factor: number;
  /** No delay grows beyond this, jitter not counted, in milliseconds. */
  readonly maxMs: number;
  /** A share added at random (0.2: up to 20 % longer), or `full`: anything between 0 and the delay. */
  readonly jitter: number | "full";
}

/** A complete policy; all durations in milliseconds. */
export interface Policy {
  /** First attempt included; 1 means no retry. */
  readonly attemptsMax: number;
  readonly backoff: BackoffPolicy;
  /** The sum of all back-off delays never exceeds this. */
  readonly totalWaitMaxMs: number;
  /** A request is aborted after this time. */
  readonly attemptTimeoutMs: number;
  /** Time from acceptance after which sending is pointless. */
  readonly deadlineMs: number;
  readonly guarantee: Guarantee;
}

/** A policy as people write it; everything optional, durations as text. */
export interface PolicyInput {
  readonly attemptsMax?: number;
  readonly backoff?: {
    readonly base?: Duration;
    readonly factor?: number;
    readonly max?: Duration;
    readonly jitter?: number | "full";
  };
  readonly totalWaitMax?: Duration;
  readonly attemptTimeout?: Duration;
  readonly deadline?: Duration;
  readonly guarantee?: Guarantee;
}

/** The defaults of the contract. */
export const defaultPolicy: Policy = {
  attemptsMax: 6,
  backoff: { baseMs: 1_000, factor: 2, maxMs: 30_000, jitter: 0.2 },
  totalWaitMaxMs: 60_000,
  attemptTimeoutMs: 15_000,
  deadlineMs: 86_400_000,
  guarantee: "once",
};

/** One fault of a configuration: where, what was found, what is allowed. */
export interface ConfigFault {
  /** Path of the value, such as `policy.backoff.base`. */
  readonly path: string;
  readonly message: string;
}

/** A parsed policy, or every fault in it. */
export type PolicyReading =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly faults: readonly ConfigFault[] };

const policyKeys = ["attemptsMax", "backoff", "totalWaitMax", "attemptTimeout", "deadline", "guarantee"];
const backoffKeys = ["base", "factor", "max", "jitter"];

/**
 * Merges a partial policy over another.
 * @param input what a person wrote; unknown keys are faults
 * @param over what applies where the input is silent
 * @param path prefix of the paths in faults
 */
export function parsePolicy(input: unknown, over: Policy = defaultPolicy, path = "policy"): PolicyReading {
  const faults: ConfigFault[] = [];
  if (input === undefined || input === null) return { ok: true, policy: over };
  if (!isRecord(input)) return { ok: false, faults: [{ path, message: `must be an object, not ${shown(input)}` }] };
  unknownKeys(input, policyKeys, path, faults);
  let backoff: Record<string, unknown> = {};
  if (isRecord(input["backoff"])) {
    backoff = input["backoff"];
    unknownKeys(backoff, backoffKeys, `${path}.backoff`, faults);
  } else if (input["backoff"] !== undefined) {
    faults.push({ path: `${path}.backoff`, message: `must be an object, not ${shown(input["backoff"])}` });
  }
  const duration = (value: unknown, key: string, fallback: number, least: number): number => {
    if (value === undefined) return fallback;
    const ms = parseDuration(value);
    if (ms !== null && ms >= least) return ms;
    faults.push({ path: `${path}.${key}`, message: `must be a duration such as "15s" of at least ${least}ms, not ${shown(value)}` });
    return fallback;
  };
  const number = (value: unknown, key: string, fallback: number, low: number, high: number, whole: boolean): number => {
    if (value === undefined) return fallback;
    if (typeof value === "number" && value >= low && value <= high && (!whole || Number.isInteger(value))) return value;
    const allowed = `${whole ? "a whole number" : "a number"} from ${low} to ${high}`;
    faults.push({ path: `${path}.${key}`, message: `must be ${allowed}, not ${shown(value)}` });
    return fallback;
  };
  const jitterOf = (value: unknown): number | "full" =>
    value === "full" ? "full" : number(value, "backoff.jitter", over.backoff.jitter as number, 0, 1, false);
  const guaranteeOf = (value: unknown): Guarantee => {
    if (value === undefined) return over.guarantee;
    const known = guarantees.find((name) => name === value);
    if (known !== undefined) return known;
    faults.push({ path: `${path}.guarantee`, message: `must be one of ${guarantees.join(", ")}, not ${shown(value)}` });
    return over.guarantee;
  };
  const policy: Policy = {
    attemptsMax: number(input["attemptsMax"], "attemptsMax", over.attemptsMax, 1, 1_000, true),
    backoff: {
      baseMs: duration(backoff["base"], "backoff.base", over.backoff.baseMs, 0),
      factor: number(backoff["factor"], "backoff.factor", over.backoff.factor, 1, 100, false),
      maxMs: duration(backoff["max"], "backoff.max", over.backoff.maxMs, 0),
      jitter: backoff["jitter"] === undefined ? over.backoff.jitter : jitterOf(backoff["jitter"]),
    },
    totalWaitMaxMs: duration(input["totalWaitMax"], "totalWaitMax", over.totalWaitMaxMs, 0),
    attemptTimeoutMs: duration(input["attemptTimeout"], "attemptTimeout", over.attemptTimeoutMs, 1),
    deadlineMs: duration(input["deadline"], "deadline", over.deadlineMs, 1),
    guarantee: guaranteeOf(input["guarantee"]),
  };
  return faults.length === 0 ? { ok: true, policy } : { ok: false, faults };
}

/** True for plain objects (not arrays, not null). */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unknownKeys(input: Record<string, unknown>, known: readonly string[], path: string, faults: ConfigFault[]): void {
  for (const key of Object.keys(input)) {
    if (!known.includes(key)) faults.push({ path: `${path}.${key}`, message: `is not known; allowed are ${known.join(", ")}` });
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text === undefined ? String(value) : text.slice(0, 60);
}
