/**
 * How providers say "too much": the shapes of limits found in the wild, as the provider sees them.
 */

/** A provider's answer at the door. */
export type Passage =
  | { readonly ok: true; readonly remaining: number | null; readonly resetMs: number | null }
  /** `waitMs`: what an honest `Retry-After` would say, or null where no time helps (concurrency). */
  | { readonly ok: false; readonly waitMs: number | null };

/** A limit. `enter` is asked when a request arrives, `leave` told when its answer leaves. */
export interface Limit {
  enter(now: number): Passage;
  leave(): void;
  /** Requests that could be taken by `now` if every chance were used: what an all-knowing client achieves. */
  capacityBy(now: number): number;
}

/** No limit at all. */
export function noLimit(): Limit {
  return {
    enter: () => ({ ok: true, remaining: null, resetMs: null }),
    leave: () => undefined,
    capacityBy: () => Infinity,
  };
}

/** `rate` per second, `burst` saved up at most; `first` of them are there at the instant `from`. */
export function tokenBucket(rate: number, burst: number, from = 0, first = burst): Limit {
  let tokens = first;
  let at = from;
  return {
    enter(now) {
      tokens = Math.min(burst, tokens + ((now - at) * rate) / 1000);
      at = now;
      if (tokens < 1 - 1e-9) return { ok: false, waitMs: ((1 - tokens) * 1000) / rate };
      tokens -= 1;
      return { ok: true, remaining: Math.floor(tokens + 1e-9), resetMs: ((1 - (tokens % 1)) * 1000) / rate };
    },
    leave: () => undefined,
    capacityBy: (now) => first + ((now - from) * rate) / 1000,
  };
}

/** `count` per window of `ms`; a window opens with the first request after the last one ended. */
export function fixedWindow(count: number, ms: number): Limit {
  let opened = -Infinity;
  let used = 0;
  return {
    enter(now) {
      if (now >= opened + ms) {
        opened = now;
        used = 0;
      }
      if (used >= count) return { ok: false, waitMs: opened + ms - now };
      used += 1;
      return { ok: true, remaining: count - used, resetMs: opened + ms - now };
    },
    leave: () => undefined,
    capacityBy: (now) => count * (Math.floor(now / ms) + 1),
  };
}

/** `count` per window of `ms`, windows cut by the provider's clock: the first one is already `phase` ms old. */
export function alignedWindow(count: number, ms: number, phase: number): Limit {
  let index = -1;
  let used = 0;
  return {
    enter(now) {
      const current = Math.floor((now + phase) / ms);
      if (current !== index) {
        index = current;
        used = 0;
      }
      const left = ms - ((now + phase) % ms);
      if (used >= count) return { ok: false, waitMs: left };
      used += 1;
      return { ok: true, remaining: count - used, resetMs: left };
    },
    leave: () => undefined,
    capacityBy: (now) => count * (Math.floor((now + phase) / ms) + 1),
  };
}

/** At most `count` requests at once (Twilio 20429). */
export function concurrencyLimit(count: number): Limit {
  let inside = 0;
  return {
    enter() {
      if (inside >= count) return { ok: false, waitMs: null };
      inside += 1;
      return { ok: true, remaining: null, resetMs: null };
    },
    leave() {
      inside -= 1;
    },
    capacityBy: () => Infinity,
  };
}

/** A rate limit that changes: each phase brings its own bucket, empty but for one token, at its instant. */
export function changingLimit(
  phases: readonly { readonly from: number; readonly rate: number; readonly burst: number }[],
): Limit {
  const buckets = phases.map(({ rate, burst, from }, index) => ({
    from,
    limit: tokenBucket(rate, burst, from, index === 0 ? burst : 1),
  }));
  const at = (now: number): Limit => (buckets.findLast(({ from }) => now >= from) ?? buckets[0])?.limit ?? noLimit();
  return {
    enter: (now) => at(now).enter(now),
    leave: () => undefined,
    capacityBy(now) {
      let sum = phases[0]?.burst ?? 0;
      phases.forEach(({ from, rate }, index) => {
        const end = Math.min(now, phases[index + 1]?.from ?? Infinity);
        if (end > from) sum += ((end - from) * rate) / 1000;
      });
      return sum;
    },
  };
}
