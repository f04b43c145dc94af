/**
 * Carries callbacks to where they are wanted, with the faults a rule asks for and the retries a provider promises.
 *
 * It calls loopback addresses only, unless it is told otherwise: a sandbox on a developer's machine must not post to
 * the public URL in a copied configuration. `deliverTo` sends them elsewhere while the signature still covers the
 * original URL, as behind a proxy.
 */
import { parseDuration } from "@landline/core";
import type { CallbackFault } from "../faults/rules.ts";
import type { Stream } from "../random.ts";

/** Why a delivery failed, in the words of Twilio's retry policies. */
export type DeliveryFailure = "connect" | "read" | "4xx" | "5xx";

/** One HTTP request to somebody's webhook, signed for `url`. */
export interface CallbackRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One event on its way. */
export interface Callback {
  /** The provider's id of the thing it is about. */
  readonly id: string;
  /** The provider's word. */
  readonly status: string;
  /** Milliseconds from now. */
  readonly afterMs: number;
  /** Milliseconds without an answer that end an attempt. */
  readonly timeoutMs: number;
  /** Waits before each further attempt, in milliseconds. */
  readonly retryMs: readonly number[];
  /** Whether the event is still true; asked right before each attempt. */
  still(): boolean;
  /** Whether this failure is worth another attempt. */
  retries(failure: DeliveryFailure): boolean;
  /** Builds and signs the request; made for every attempt. */
  request(attempt: number, forged: boolean): CallbackRequest;
}

/** One attempt that was made, for tests and for people. */
export interface Delivery {
  readonly id: string;
  readonly status: string;
  readonly url: string;
  /** One-based. */
  readonly attempt: number;
  /** Epoch milliseconds. */
  readonly at: number;
  /** The status answered, or null. */
  readonly answered: number | null;
  readonly failure: DeliveryFailure | "refused-host" | null;
}

/** Delivers callbacks. */
export interface Courier {
  /** Plans the events of one thing. */
  send(callbacks: readonly Callback[], fault: CallbackFault | null): void;
  deliveries(): readonly Delivery[];
  /** Drops what is planned and forgets what was done. */
  reset(): void;
  /** Drops what is planned and ends what is under way. */
  close(): Promise<void>;
}

/** How callbacks travel. */
export interface CourierOptions {
  readonly now: () => number;
  readonly chance: Stream;
  /** Also call addresses that are not loopback. */
  readonly anyHost: boolean;
  /** Origin to send everything to instead of the URL's own; null: the URL's own. */
  readonly deliverTo: string | null;
}

/** Opens a courier. Its timers do not keep a process alive. */
export function openCourier(options: CourierOptions): Courier {
  let deliveries: Delivery[] = [];
  let stopped = new AbortController();
  const timers = new Set<NodeJS.Timeout>();
  const underWay = new Set<Promise<void>>();

  const later = (ms: number, run: () => Promise<void>): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      const running = run().finally(() => underWay.delete(running));
      underWay.add(running);
    }, ms);
    timer.unref();
    timers.add(timer);
  };

  const attempt = async (callback: Callback, number: number, forged: boolean): Promise<void> => {
    if (!callback.still()) return;
    const stop = stopped;
    const request = callback.request(number, forged);
    const target = targetOf(request.url, options);
    const note = (answered: number | null, failure: Delivery["failure"]): void => {
      const { id, status } = callback;
      if (stop === stopped)
        deliveries.push({ id, status, url: request.url, attempt: number, at: options.now(), answered, failure });
    };
    if (target === null) return note(null, "refused-host");
    const result = await post(target, request, AbortSignal.any([stop.signal, AbortSignal.timeout(callback.timeoutMs)]));
    if (stop.signal.aborted) return;
    note(result.answered, result.failure);
    const wait = callback.retryMs[number - 1];
    if (result.failure === null || wait === undefined || !callback.retries(result.failure)) return;
    later(wait, async () => attempt(callback, number + 1, forged));
  };

  const drop = (): void => {
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
    stopped.abort();
  };

  return {
    send(callbacks, fault) {
      for (const { callback, afterMs } of arrange(callbacks, fault, options.chance))
        later(afterMs, async () => attempt(callback, 1, fault?.forge === true));
    },
    deliveries: () => deliveries,
    reset() {
      drop();
      deliveries = [];
      stopped = new AbortController();
    },
    async close() {
      drop();
      await Promise.all(underWay);
    },
  };
}

interface Planned {
  readonly callback: Callback;
  readonly afterMs: number;
}

/** Puts the faults of a rule into a plan: which events, when, how often. */
export function arrange(
  callbacks: readonly Callback[],
  fault: CallbackFault | null,
  chance: Stream,
): readonly Planned[] {
  if (fault === null) return callbacks.map((callback) => ({ callback, afterMs: callback.afterMs }));
  const extraMs = parseDuration(fault.delay) ?? 0;
  const times = callbacks.map((callback) => callback.afterMs + extraMs);
  const kept = callbacks.filter(() => fault.drop === undefined || chance() >= fault.drop);
  const copies = kept.flatMap((callback) => Array.from({ length: 1 + (fault.duplicate ?? 0) }, () => callback));
  const order = fault.shuffle === true ? shuffled(copies, chance) : copies;
  return order.map((callback, index) => ({
    callback,
    afterMs:
      fault.shuffle === true
        ? (times[Math.floor((index * times.length) / order.length)] ?? 0)
        : callback.afterMs + extraMs,
  }));
}

function shuffled<T>(items: readonly T[], chance: Stream): readonly T[] {
  return items
    .map((item) => ({ item, draw: chance() }))
    .toSorted((left, right) => left.draw - right.draw)
    .map(({ item }) => item);
}

function targetOf(url: string, options: CourierOptions): URL | null {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return null;
  if (options.deliverTo !== null) return URL.parse(`${parsed.pathname}${parsed.search}`, options.deliverTo);
  return options.anyHost || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(parsed.hostname) ? parsed : null;
}

async function post(
  target: URL,
  request: CallbackRequest,
  signal: AbortSignal,
): Promise<{ answered: number | null; failure: DeliveryFailure | null }> {
  try {
    const { headers, body } = request;
    const response = await fetch(target, { method: "POST", headers, body, signal, redirect: "manual" });
    await response.body?.cancel();
    const failure = response.status >= 500 ? "5xx" : response.status >= 400 ? "4xx" : null;
    return { answered: response.status, failure };
  } catch (error) {
    const refused = (error as { cause?: { code?: string } }).cause?.code ?? "";
    return {
      answered: null,
      failure: /ECONNREFUSED|EHOSTUNREACH|ENOTFOUND|CONNECT/.test(refused) ? "connect" : "read",
    };
  }
}
