/**
 * How hard to try: the numbers of a retry policy, their defaults, and the reading of a partial policy from outside.
 *
 * Defaults follow the providers' published advice: 1 s doubling, cap 30 s, up to 20 % jitter, five retries, 60 s of
 * waiting in all. A policy given by a person is merged over the defaults, and every fault in it is reported at once.
 */
import type { Duration } from "./duration.ts";
import { formatDuration, parseDuration, timerMaxMs } from "./duration.ts";
import { canonicalJson } from "./idempotency.ts";

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

/** The longest duration a policy may name, in milliseconds: 366 days. */
export const policyDurationMaxMs = 31_622_400_000;

const policyKeys = ["attemptsMax", "backoff", "totalWaitMax", "attemptTimeout", "deadline", "guarantee"];
const backoffKeys = ["base", "factor", "max", "jitter"];

/**
 * Merges a partial policy over another. A policy per account and per operation is this function applied in turn.
 * @param input what a person wrote; unknown keys are faults; nothing (undefined, null) changes nothing
 * @param over what applies where the input is silent
 * @param path prefix of the paths in faults
 * @returns the merged policy, or every fault at once
 */
export function parsePolicy(input: unknown, over: Policy = defaultPolicy, path = "policy"): PolicyReading {
  if (input === undefined || input === null) return { ok: true, policy: over };
  const faults: ConfigFault[] = [];
  const read = reader(input, policyKeys, path, faults);
  const backoff = reader(read.member("backoff") ?? {}, backoffKeys, `${path}.backoff`, faults);
  const policy: Policy = {
    attemptsMax: read.whole("attemptsMax", over.attemptsMax, 1, 1_000),
    backoff: {
      baseMs: backoff.duration("base", over.backoff.baseMs, 0, policyDurationMaxMs),
      factor: backoff.factor("factor", over.backoff.factor),
      maxMs: backoff.duration("max", over.backoff.maxMs, 0, policyDurationMaxMs),
      jitter: backoff.jitter("jitter", over.backoff.jitter),
    },
    totalWaitMaxMs: read.duration("totalWaitMax", over.totalWaitMaxMs, 0, policyDurationMaxMs),
    // An attempt's timeout is one timer.
    attemptTimeoutMs: read.duration("attemptTimeout", over.attemptTimeoutMs, 1, timerMaxMs),
    deadlineMs: read.duration("deadline", over.deadlineMs, 1, policyDurationMaxMs),
    guarantee: read.guarantee("guarantee", over.guarantee),
  };
  return faults.length === 0 ? { ok: true, policy } : { ok: false, faults };
}

/** True for plain objects (not arrays, not null). */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

interface Reader {
  member(key: string): unknown;
  duration(key: string, fallback: number, least: number, most: number): number;
  whole(key: string, fallback: number, least: number, most: number): number;
  factor(key: string, fallback: number): number;
  jitter(key: string, fallback: number | "full"): number | "full";
  guarantee(key: string, fallback: Guarantee): Guarantee;
}

/** Reads members one by one; each fault is written down and the fallback goes on in its place. */
function reader(input: unknown, known: readonly string[], path: string, faults: ConfigFault[]): Reader {
  const source = isRecord(input) ? input : {};
  if (source !== input) faults.push({ path, message: `must be an object, not ${shown(input)}` });
  for (const key of Object.keys(source)) {
    if (!known.includes(key)) {
      faults.push({ path: `${path}.${key}`, message: `is not known; allowed are ${known.join(", ")}` });
    }
  }
  const one = <T>(key: string, fallback: T, allowed: string, accept: (value: unknown) => T | null): T => {
    const value = Object.hasOwn(source, key) ? source[key] : undefined;
    if (value === undefined) return fallback;
    const accepted = accept(value);
    if (accepted === null) faults.push({ path: `${path}.${key}`, message: `must be ${allowed}, not ${shown(value)}` });
    return accepted ?? fallback;
  };
  const within = (value: unknown, least: number, most: number): number | null =>
    typeof value === "number" && value >= least && value <= most ? value : null;
  return {
    member: (key) => (Object.hasOwn(source, key) ? source[key] : undefined),
    duration: (key, fallback, least, most) =>
      one(key, fallback, `a duration such as "15s" from ${formatDuration(least)} to ${formatDuration(most)}`, (value) =>
        within(parseDuration(value), least, most),
      ),
    whole: (key, fallback, least, most) =>
      one(key, fallback, `a whole number from ${least} to ${most}`, (value) =>
        Number.isInteger(value) ? within(value, least, most) : null,
      ),
    factor: (key, fallback) => one(key, fallback, "a number from 1 to 100", (value) => within(value, 1, 100)),
    jitter: (key, fallback) =>
      one(key, fallback, `a number from 0 to 1, or "full"`, (value) =>
        value === "full" ? value : within(value, 0, 1),
      ),
    guarantee: (key, fallback) =>
      one(
        key,
        fallback,
        `one of ${guarantees.join(", ")}`,
        (value) => guarantees.find((name) => name === value) ?? null,
      ),
  };
}

/** A value as a person wrote it, cut; total, whatever it is. */
function shown(value: unknown): string {
  return (typeof value === "number" ? String(value) : canonicalJson(value)).slice(0, 60);
}
