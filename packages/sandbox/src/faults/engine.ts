/**
 * Applies the rules to one request after the other.
 *
 * Rules are looked at in order. The first one that selects the request and shapes its answer (a status, a reset, a
 * hang, a body, an exceeded limit) ends the search; rules that only slow down, or only touch callbacks, add up on the
 * way. Counters and chance belong to each rule, so adding a rule at the end never changes what the others do.
 */
import { parseDuration } from "@landline/core";
import type { Call, Received } from "../fake.ts";
import { seededStream } from "../random.ts";
import type { Stream } from "../random.ts";
import { createLimiter, enter, leave, retryAfterText } from "./limiter.ts";
import type { Limiter } from "./limiter.ts";
import type { CallbackFault, CountedBy, FaultDo, FaultRule, FaultWhen, TruncateFault } from "./rules.ts";

/** How a request is to end. */
export type Ending =
  | { readonly type: "answer" }
  | { readonly type: "reset" }
  | { readonly type: "hang" }
  | ({ readonly type: "truncate" } & Required<TruncateFault>);

/** What shall happen to one request. */
export interface Plan {
  /** Index of the rule that shapes the answer, or null. */
  readonly rule: number | null;
  /** What that rule says; empty without one. */
  readonly fault: FaultDo;
  /** Whether the provider performs the request. */
  readonly accept: boolean;
  readonly acceptDelayMs: number;
  readonly delayMs: number;
  readonly ending: Ending;
  readonly callbacks: CallbackFault | null;
  /** The text of `Retry-After` for an exceeded limit, or null. */
  readonly retryAfter: string | null;
  /** Gives back the places this request holds in limiters. */
  release(): void;
}

/** The rules at work. */
export interface FaultEngine {
  readonly rules: readonly FaultRule[];
  plan(provider: string, call: Call, received: Received): Plan;
}

interface Armed {
  readonly rule: FaultRule;
  readonly index: number;
  readonly chance: Stream;
  readonly seen: Map<string, number>;
  readonly limiters: Map<string, Limiter>;
}

const untouched: Plan = {
  rule: null,
  fault: {},
  accept: true,
  acceptDelayMs: 0,
  delayMs: 0,
  ending: { type: "answer" },
  callbacks: null,
  retryAfter: null,
  release: () => undefined,
};

/**
 * Arms rules that `parseFaults` has checked.
 * @param startedAt epoch milliseconds from which `between` counts
 */
export function armFaults(rules: readonly FaultRule[], seed: number, startedAt: number): FaultEngine {
  const armed = rules.map((rule, index): Armed => {
    return { rule, index, chance: seededStream(seed, index), seen: new Map(), limiters: new Map() };
  });
  return {
    rules,
    plan: (provider, call, received) =>
      armed.length === 0 ? untouched : planFor(armed, provider, call, received, received.at - startedAt),
  };
}

function planFor(armed: readonly Armed[], provider: string, call: Call, received: Received, ageMs: number): Plan {
  let delayMs = 0;
  let callbacks = null as CallbackFault | null;
  const held: Limiter[] = [];
  const release = (): void => held.splice(0).forEach(leave);
  for (const each of armed) {
    if (!selects(each, provider, call, received, ageMs)) continue;
    const fault = each.rule.do;
    if (fault.callbacks !== undefined) callbacks = Object.assign(callbacks ?? {}, fault.callbacks);
    if (fault.rate_limit !== undefined) {
      const key = counterKey(each.rule.when?.per, call, received);
      const limiter = each.limiters.get(key) ?? createLimiter(fault.rate_limit, received.at);
      each.limiters.set(key, limiter);
      const pass = enter(limiter, fault.rate_limit, received.at);
      if (pass.go) {
        held.push(limiter);
        continue;
      }
      const retryAfter = retryAfterText(fault.rate_limit, pass.waitMs);
      const refused = { ...fault, status: fault.status ?? 429 };
      return { ...untouched, rule: each.index, fault: refused, accept: false, delayMs, callbacks, retryAfter, release };
    }
    delayMs += parseDuration(fault.delay) ?? 0;
    if (!shapesAnswer(fault)) continue;
    return {
      rule: each.index,
      fault,
      accept: accepts(fault),
      acceptDelayMs: parseDuration(fault.accept_delay) ?? 0,
      delayMs,
      ending: endingOf(fault),
      callbacks,
      retryAfter: null,
      release,
    };
  }
  return { ...untouched, delayMs, callbacks, release };
}

function selects(armed: Armed, provider: string, call: Call, received: Received, ageMs: number): boolean {
  const when: FaultWhen = armed.rule.when ?? {};
  if (when.provider !== undefined && when.provider !== provider) return false;
  if (!oneMatches(when.operation, call.operation)) return false;
  if (!oneMatches(when.to, call.to)) return false;
  if (!oneMatches(when.from, call.from)) return false;
  if (!oneMatches(when.idempotency_key, idempotencyKeyOf(received))) return false;
  if (when.between !== undefined) {
    const [from, until] = when.between.map((each) => parseDuration(each) ?? 0) as [number, number];
    if (ageMs < from || ageMs >= until) return false;
  }
  if (when.nth !== undefined || when.every !== undefined) {
    const key = counterKey(when.per, call, received);
    const position = (armed.seen.get(key) ?? 0) + 1;
    armed.seen.set(key, position);
    if (when.nth !== undefined && !([] as number[]).concat(when.nth).includes(position)) return false;
    if (when.every !== undefined && position % when.every !== 0) return false;
  }
  return when.share === undefined || armed.chance() < when.share;
}

function oneMatches(patterns: string | readonly string[] | undefined, value: string | null): boolean {
  if (patterns === undefined) return true;
  if (value === null) return false;
  return ([] as string[])
    .concat(patterns)
    .some((pattern) => (pattern.endsWith("*") ? value.startsWith(pattern.slice(0, -1)) : value === pattern));
}

/** The `Idempotency-Key` header, or null. */
export function idempotencyKeyOf(received: Received): string | null {
  const header = received.headers["idempotency-key"];
  return typeof header === "string" ? header : null;
}

function counterKey(per: CountedBy | undefined, call: Call, received: Received): string {
  switch (per) {
    case undefined:
      return "";
    case "to":
      return call.to ?? "";
    case "from":
      return call.from ?? "";
    case "operation_id":
      return call.operationId ?? "";
    case "idempotency_key":
      return idempotencyKeyOf(received) ?? "";
    default:
      return per satisfies never;
  }
}

const shaping = [
  "status",
  "body",
  "headers",
  "reset",
  "hang",
  "truncate",
  "html",
  "accept",
  "accept_delay",
  "reject_recipients",
] as const;

function shapesAnswer(fault: FaultDo): boolean {
  return shaping.some((key) => fault[key] !== undefined && fault[key] !== false) || fault.accept === false;
}

/** The documented default: only what the answer (or its loss) implies. */
function accepts(fault: FaultDo): boolean {
  if (fault.accept !== undefined) return fault.accept;
  if (fault.accept_delay !== undefined) return true;
  if (fault.reset !== undefined) return fault.reset === "after-accept";
  if (fault.hang === true) return false;
  return fault.status === undefined || fault.status < 300;
}

function endingOf(fault: FaultDo): Ending {
  if (fault.reset !== undefined) return { type: "reset" };
  if (fault.hang === true) return { type: "hang" };
  if (fault.truncate === undefined) return { type: "answer" };
  const cut = typeof fault.truncate === "number" ? { bytes: fault.truncate } : fault.truncate;
  return { type: "truncate", how: "length", ...cut };
}
