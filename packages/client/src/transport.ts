/**
 * The transport of Node: one undici pool per origin, spoken to by `dispatch`, so that every phase of an exchange is
 * seen and nothing is allocated that is not needed.
 *
 * Why not simpler: `fetch` cannot say whether a byte left, and costs ten times the processor time; `request` hides when
 * writing began. HTTP/2 is off: a reset stream or a GOAWAY would make "was it written?" a matter of interpretation.
 * Pipelining is off: a lost connection takes one request with it, not several.
 */
import { DeadlineWheel } from "./deadline-wheel.ts";
import type { Transport, TransportClock, TransportOptions } from "./exchange.ts";
import { bodyBytesMaxDefault, splitUrl } from "./exchange.ts";
import { Exchange } from "./transport-exchange.ts";
import { messageOf } from "./transport-failure.ts";
import type { Origin } from "./transport-origin.ts";
import { openOrigin, proxyOf } from "./transport-origin.ts";

/**
 * Opens a transport. No socket is opened before the first request; idle sockets do not keep the process alive.
 * @param clock tests may give a virtual one for the timeouts
 */
export function createTransport(options: TransportOptions, clock: TransportClock): Transport {
  const wheel = new DeadlineWheel(clock);
  const bodyBytesMax = options.bodyBytesMax ?? bodyBytesMaxDefault;
  const pools = new Map<string, Origin>();
  const proxy = proxyOf(options);
  let closed = false;

  const originOf = (name: string): Origin => {
    const known = pools.get(name);
    if (known !== undefined) return known;
    const fresh = openOrigin(name, options, proxy);
    pools.set(name, fresh);
    return fresh;
  };

  return {
    send: (outgoing, limits) =>
      new Promise((resolve) => {
        const exchange = new Exchange(resolve, wheel, clock, limits.signal, bodyBytesMax);
        if (closed) return exchange.refuse("aborted", "the client is closed");
        if (limits.signal?.aborted === true) return exchange.refuse("aborted", "the call was given up");
        if (limits.timeoutMs <= 0) return exchange.refuse("timeout", "no time was left");
        try {
          const { origin, path } = splitUrl(outgoing.request.url);
          exchange.begin(originOf(origin), path, outgoing, limits);
        } catch (error) {
          exchange.refuse("other", messageOf(error));
        }
      }),
    close: () => {
      closed = true;
      for (const { dispatcher } of pools.values()) {
        // Destroying ends every socket in this tick; the promise only tells that it has happened.
        dispatcher.destroy().catch(() => undefined);
      }
      pools.clear();
    },
  };
}
