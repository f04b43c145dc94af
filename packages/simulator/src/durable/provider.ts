/**
 * A provider with a ledger and a script of what goes wrong, in virtual time.
 *
 * One operation for each class of doubt. What has left a process reaches it whatever becomes of the process; what it did
 * shows in its lists only after a while; its callbacks come twice, late, in any order, or not at all.
 */
import { classify, defaultPolicy } from "@landline/core";
import type { Observation, OperationTraits, Reading, ReceiptEvent } from "@landline/core";
import type { Account, AttemptReport, LookupReport, SendRequest, Sender } from "@landline/outbox";
import { createLedgerProvider } from "@landline/outbox/simulation";
import type { Random } from "../random.ts";
import { between } from "../random.ts";
import type { Process } from "./process.ts";
import { digest } from "./process.ts";
import type { Scheduler } from "./scheduler.ts";

/** Something that really happened. */
export interface Effect {
  readonly providerId: string;
  readonly operationId: string;
  readonly operation: string;
  readonly content: string;
  /** True time. */
  readonly at: number;
}

/** A request whose bytes have left. */
export interface Departure {
  readonly request: SendRequest;
  readonly process: Process;
  readonly deadline: number;
  readonly at: number;
}

/** What becomes of requests, in parts of one. The rest are taken and answered. Read at every request. */
export interface Misfortune {
  /** Nothing listens: certainly not sent. */
  refused: number;
  /** The bytes are lost on the way. */
  lostBefore: number;
  /** Done, and the answer is lost. */
  lostAfter: number;
  /** Done after a while, whoever still listens then. */
  late: number;
  throttled: number;
  /** A 5xx, half of them although it was done. */
  failed: number;
  rejected: number;
  /** Lookups that fail. */
  blind: number;
  /** Callbacks that never come. */
  silent: number;
}

/** The provider, seen from outside. */
export interface Ledger {
  readonly effects: readonly Effect[];
  readonly departures: readonly Departure[];
  /** Acceptances that reached a living process, by operation id. */
  readonly heard: ReadonlySet<string>;
  /** The account a process sends through. */
  accountFor(process: Process): Account;
}

/** What the ledger tells as it happens. */
export interface Ears {
  departed(departure: Departure): void;
  happened(effect: Effect): void;
  /** A callback to deliver. */
  callback(event: ReceiptEvent): void;
}

/** Options of {@link createProvider}; the broken variants of tests turn them. */
export interface ProviderOptions {
  /** When something new may still be missing from lists, in milliseconds. */
  readonly visibleAfterMs: number;
  /** Whether a repeated key is recognised. */
  readonly deduplicates: boolean;
  /** Whether an answer that never came is reported as "not sent". */
  readonly optimistic: boolean;
}

/** Longest attempt in simulated policies. */
export const attemptTimeoutMs = 5_000;

/** Time within which everything shows up in lists, as the traits promise it. */
export const settleMs = 2_000;

const traitsOf: Readonly<Record<string, Pick<OperationTraits, "effect" | "doubt">>> = {
  "create.lookup": { effect: "create", doubt: "lookup" },
  "create.deduplicate": { effect: "create", doubt: "deduplicate" },
  "create.park": { effect: "create", doubt: "park" },
  "consent.in": { effect: "idempotent", doubt: "deduplicate" },
  "consent.out": { effect: "idempotent", doubt: "deduplicate" },
};

/** Makes a provider. */
export function createProvider(
  scheduler: Scheduler,
  random: Random,
  misfortune: Misfortune,
  ears: Ears,
  options: ProviderOptions,
): Ledger {
  const effects: Effect[] = [];
  const departures: Departure[] = [];
  const heard = new Set<string>();
  /** The provider's clock minus true time. */
  const skewMs = Math.round(between(random, -30_000, 30_000));

  const execute = (request: SendRequest): Effect => {
    const known = effects.find((effect) => effect.operationId === request.operationId);
    const isIdempotent = traitsOf[request.operation]?.effect === "idempotent";
    const isKnown = isIdempotent || (options.deduplicates && request.operation === "create.deduplicate");
    if (known !== undefined && isKnown) return known;
    const { operation, operationId, input } = request;
    const providerId = `lg-${effects.length + 1}`;
    const effect: Effect = { providerId, operationId, operation, content: JSON.stringify(input), at: scheduler.now };
    effects.push(effect);
    ears.happened(effect);
    announce(effect);
    return effect;
  };

  /** Callbacks: queued, sent, and one last word; some twice, any of them late or never. */
  const announce = (effect: Effect): void => {
    if (random() < misfortune.silent) return;
    const last = random() < 0.8 ? "delivered" : "undelivered";
    for (const [rank, word] of [
      [1, "progress"],
      [9, last],
    ] as const) {
      const event: ReceiptEvent = {
        providerId: effect.providerId,
        operationId: random() < 0.8 ? effect.operationId : null,
        status: word,
        rank,
        meaning: word,
        code: null,
        message: null,
        at: null,
        dedupeKey: `${effect.providerId}-${word}`,
        optedOut: null,
      };
      const times = random() < 0.3 ? 2 : 1;
      for (let time = 0; time < times; time += 1) {
        scheduler.at(scheduler.now + between(random, 0, 20_000), () => ears.callback(event));
      }
    }
  };

  const senderFor = (process: Process): Sender => {
    const outcomeOf = (seen: Observation, reading: Reading | null, operation: string): AttemptReport["outcome"] => {
      const traits = { family: "send", keyLifetimeMs: null, lookupSettleMs: settleMs, ordered: false } as const;
      const own = traitsOf[operation] ?? { effect: "create", doubt: "park" };
      return classify(seen, reading, { ...traits, ...own }, process.host.now());
    };
    const lost = (operation: string, mayHaveLeft: boolean, cause: "reset" | "timeout" | "aborted"): AttemptReport => {
      const told = mayHaveLeft && !options.optimistic;
      const phase = told ? "wait" : "connect";
      const facts = { type: "transport", phase, cause, systemCode: null, message: cause } as const;
      const seen = { ...facts, mayHaveLeft: told, at: process.host.now() };
      return { outcome: outcomeOf(seen, null, operation), status: null, requestId: null, phase };
    };
    const answered = (operation: string, status: number): AttemptReport => {
      const seen = { type: "response", status, headers: {}, body: "", complete: true, at: process.host.now() } as const;
      const nothing = { accepted: null, code: null, message: null, field: null, requestId: null, entry: null } as const;
      const reading = { shape: "api", ...nothing, retryAfterMs: null } as const;
      return { outcome: outcomeOf(seen, reading, operation), status, requestId: "rq", phase: "done" };
    };
    const accepted = ({ providerId }: Effect): AttemptReport => ({
      outcome: { type: "accepted", providerId, providerStatus: "queued", value: {}, requestId: "rq", status: 201 },
      status: 201,
      requestId: "rq",
      phase: "done",
    });

    const attempt: Sender["attempt"] = async (request, { timeoutMs, signal, deadline }) =>
      new Promise((resolve) => {
        const { operation } = request;
        let ended = false;
        const end = (report: AttemptReport): void => {
          if (ended) return;
          ended = true;
          stopTimer();
          if (report.outcome.type === "accepted") heard.add(request.operationId);
          resolve(report);
        };
        const stopTimer = process.host.after(timeoutMs, () => end(lost(operation, true, "timeout")));
        signal.addEventListener("abort", () => end(lost(operation, true, "aborted")));
        const answer = (report: () => AttemptReport): void => {
          scheduler.at(scheduler.now + between(random, 1, 40), () => end(report()), process);
        };
        if (random() < misfortune.refused) {
          answer(() => lost(operation, false, "reset"));
          return;
        }
        const departure = { request, process, deadline, at: scheduler.now };
        departures.push(departure);
        ears.departed(departure);
        if (random() < misfortune.lostBefore) {
          if (random() < 0.5) answer(() => lost(operation, true, "reset"));
          return;
        }
        scheduler.at(scheduler.now + between(random, 1, 60), () => arrive(request, answer));
      });

    const arrive = (request: SendRequest, answer: (report: () => AttemptReport) => void): void => {
      const { operation } = request;
      let dice = random();
      const falls = (part: number): boolean => (dice -= part) < 0;
      if (falls(misfortune.throttled)) return answer(() => answered(operation, 429));
      if (falls(misfortune.rejected)) return answer(() => answered(operation, 400));
      if (falls(misfortune.failed)) {
        if (random() < 0.5) execute(request);
        return answer(() => answered(operation, 503));
      }
      if (falls(misfortune.lostAfter)) {
        execute(request);
        if (random() < 0.5) answer(() => lost(operation, true, "reset"));
        return;
      }
      if (falls(misfortune.late)) {
        // It has been on its way for some milliseconds already.
        scheduler.at(scheduler.now + between(random, 0, attemptTimeoutMs - 100), () => {
          const effect = execute(request);
          answer(() => accepted(effect));
        });
        return;
      }
      const effect = execute(request);
      answer(() => accepted(effect));
    };

    const lookup = async (request: SendRequest): Promise<LookupReport> =>
      new Promise((resolve) => {
        scheduler.at(scheduler.now + between(random, 1, 60), () => {
          const content = JSON.stringify(request.input);
          const isBlind = random() < misfortune.blind;
          const found = effects.filter(
            (effect) =>
              effect.content === content &&
              effect.operation === request.operation &&
              effect.at + options.visibleAfterMs <= scheduler.now,
          );
          const candidates = found.map(({ providerId, at }) => ({
            providerId,
            createdAt: Math.floor((at + skewMs) / 1_000) * 1_000,
            providerStatus: "sent",
            code: null,
            value: null,
          }));
          const report = (): LookupReport =>
            isBlind
              ? { ok: false, outcome: answered(request.operation, 503).outcome }
              : { ok: true, candidates, skewMs };
          scheduler.at(scheduler.now + between(random, 1, 60), () => resolve(report()), process);
        });
      });

    return {
      traits: (name) => provider.operations[name]?.traits ?? null,
      digest: ({ operation, input }) => digest(JSON.stringify([operation, input])),
      attempt,
      lookup,
      poll: async () => null,
      probe: async () => null,
    };
  };

  const { provider } = createLedgerProvider(hostlessOf(scheduler), { settleMs }).account;
  const policy = { ...defaultPolicy, attemptTimeoutMs };
  return {
    effects,
    departures,
    heard,
    accountFor: (process) => ({ name: "lg", provider, sender: senderFor(process), policy }),
  };
}

/** The provider's descriptions need no clock; their sender, which does, is replaced by ours. */
function hostlessOf(scheduler: Scheduler): Process["host"] {
  return {
    now: () => scheduler.now,
    monotonic: () => scheduler.now,
    random: () => 0,
    newOperationId: () => "",
    after: () => () => undefined,
    digest,
  };
}
