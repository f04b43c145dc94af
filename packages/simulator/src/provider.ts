/**
 * A provider as it behaves, not as it is documented: a door with a limit, a server with a speed, bad days, and
 * answers that get lost on the way back. It keeps its own ledger of what it really did.
 */
import type { VirtualClock } from "./clock.ts";
import type { Limit } from "./limits.ts";
import type { Random } from "./random.ts";
import { between } from "./random.ts";

/** What a provider says about its limit. `retry-after`: on 429 only, whole seconds, rounded up. */
export type HeaderHabit = "none" | "retry-after" | "rate-limit" | "concurrency";

/** A stretch of time in which the server works at a share of its speed (0: it stands still and the queue grows). */
export interface SlowSpell {
  readonly from: number;
  readonly to: number;
  readonly speed: number;
}

/** A provider's nature; times in milliseconds. */
export interface ProviderNature {
  readonly limit: Limit;
  readonly headers: HeaderHabit;
  /** Mean time from arrival to answer when nothing queues. */
  readonly serviceMs: number;
  /** Service times vary by this share around the mean. */
  readonly serviceSpread: number;
  /** Requests per second a single queue is served at; null: everything at once. */
  readonly serverRate: number | null;
  readonly spells: readonly SlowSpell[];
  /** Share of requests answered 429 for no reason that the client could do anything about. */
  readonly strayShare: number;
  /** What those answers ask to wait. */
  readonly strayWaitMs: number;
  /** Share of requests answered 503 in front of the door: they take nothing from the limit. */
  readonly edgeFaultShare: number;
  /** Share of requests swallowed in front of the door: nobody ever answers them. */
  readonly edgeSilentShare: number;
  /** Share of requests answered 503 without being executed. */
  readonly faultShare: number;
  /** Share of executed requests whose answer never arrives. */
  readonly lostShare: number;
  /** Whether a repeated key is answered from memory instead of executed again. */
  readonly deduplicates: boolean;
}

/** The plainest nature: no limit, no headers, nothing goes wrong. */
export const plainNature: Omit<ProviderNature, "limit"> = {
  headers: "none",
  serviceMs: 0,
  serviceSpread: 0,
  serverRate: null,
  spells: [],
  strayShare: 0,
  strayWaitMs: 0,
  edgeFaultShare: 0,
  edgeSilentShare: 0,
  faultShare: 0,
  lostShare: 0,
  deduplicates: false,
};

/** An answer as it leaves the provider; waits in milliseconds from then. */
export interface ProviderAnswer {
  readonly type: "accepted" | "throttled" | "failed";
  readonly retryAfterMs: number | null;
  readonly concurrency: number | null;
  readonly remaining: number | null;
  readonly resetMs: number | null;
}

/** A provider in the simulated world. */
export interface SimulatedProvider {
  /** A request arrives. `answer` is called once, or never when the answer is lost. */
  arrive(key: string, answer: (answer: ProviderAnswer) => void): void;
  /** Executions by key: what really happened. */
  readonly ledger: ReadonlyMap<string, number>;
}

/** Opens a provider for business. */
export function createProvider(nature: ProviderNature, clock: VirtualClock, random: Random): SimulatedProvider {
  const ledger = new Map<string, number>();
  let inside = 0;
  let freeAt = 0;

  function say(
    type: ProviderAnswer["type"],
    waitMs: number | null,
    remaining: number | null,
    resetMs: number | null,
  ): ProviderAnswer {
    const silent: ProviderAnswer = { type, retryAfterMs: null, concurrency: null, remaining: null, resetMs: null };
    switch (nature.headers) {
      case "none":
        return silent;
      case "retry-after":
        return { ...silent, retryAfterMs: waitMs === null ? null : Math.ceil(waitMs / 1000) * 1000 };
      case "rate-limit":
        return {
          ...silent,
          retryAfterMs: waitMs === null ? null : Math.ceil(waitMs),
          remaining,
          resetMs: resetMs === null ? null : Math.ceil(resetMs),
        };
      case "concurrency":
        return { ...silent, concurrency: inside };
      default:
        return nature.headers satisfies never;
    }
  }

  return {
    ledger,
    arrive(key, answer) {
      const now = clock.now();
      if (nature.strayShare > 0 && random() < nature.strayShare)
        return answer(say("throttled", nature.strayWaitMs, null, null));
      const edge = nature.edgeFaultShare + nature.edgeSilentShare;
      const fate = edge > 0 ? random() : 1;
      if (fate < nature.edgeSilentShare) return undefined;
      if (fate < edge) return answer(say("failed", null, null, null));
      const passage = nature.limit.enter(now);
      if (!passage.ok) return answer(say("throttled", passage.waitMs, null, null));
      inside += 1;
      const done = (): void => {
        const fault = nature.faultShare > 0 && random() < nature.faultShare;
        const repeat = nature.deduplicates && ledger.has(key);
        if (!fault && !repeat) ledger.set(key, (ledger.get(key) ?? 0) + 1);
        const lost = nature.lostShare > 0 && random() < nature.lostShare;
        const left = say(fault ? "failed" : "accepted", null, passage.remaining, passage.resetMs);
        nature.limit.leave();
        inside -= 1;
        if (!lost) answer(left);
      };
      const service = nature.serviceMs * between(random, 1 - nature.serviceSpread, 1 + nature.serviceSpread);
      if (nature.serverRate === null) {
        clock.at(now + service, done);
        return undefined;
      }
      freeAt = served(Math.max(freeAt, now), 1000 / nature.serverRate, nature.spells);
      clock.at(freeAt + service, done);
      return undefined;
    },
  };
}

/** When `work` milliseconds of full-speed work that begin at `from` are done. */
export function served(from: number, work: number, spells: readonly SlowSpell[]): number {
  let at = from;
  let left = work;
  for (const spell of spells) {
    if (at >= spell.to) continue;
    if (at < spell.from) {
      const free = spell.from - at;
      if (left <= free) return at + left;
      left -= free;
      at = spell.from;
    }
    const done = (spell.to - at) * spell.speed;
    if (left <= done) return at + left / spell.speed;
    left -= done;
    at = spell.to;
  }
  return at + left;
}
