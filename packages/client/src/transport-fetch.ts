/**
 * The transport over a runtime's `fetch`: Bun, workers, browsers. (Not Deno: its `fetch` sends a POST again by itself
 * after a reset, and undici runs there.)
 *
 * `fetch` does not tell whether a byte left. Only error codes that come from establishing a connection prove that none
 * did; everything else may have left. Certificates and proxies are the runtime's own business here, so asking for them
 * is refused at construction instead of being ignored.
 */
import type { HeaderMap, Observation, Phase, TransportCause } from "@landline/core";
import { invalidOption } from "@landline/core";
import { DeadlineWheel } from "./deadline-wheel.ts";
import type { Expiring } from "./deadline-wheel.ts";
import type { Limits, Outgoing, Transport, TransportClock, TransportOptions } from "./exchange.ts";
import { bodyBytesMaxDefault } from "./exchange.ts";
import { brokenBy, connectFailureOf, messageOf, systemCodeOf } from "./transport-failure.ts";

/**
 * Opens a transport over `fetch`.
 * @throws LandlineError for options only Node's transport has
 */
export function createTransport(
  options: TransportOptions,
  clock: TransportClock,
  fetchWith: typeof fetch = fetch,
): Transport {
  for (const option of ["ca", "connectionsMax", "idleMs"] as const) {
    if (options[option] !== undefined)
      throw invalidOption(`transport.${option}`, "is only available on Node; here the runtime decides");
  }
  if (typeof options.proxy === "string")
    throw invalidOption("transport.proxy", "is only available on Node; here the runtime decides");
  const wheel = new DeadlineWheel(clock);
  const bodyBytesMax = options.bodyBytesMax ?? bodyBytesMaxDefault;
  const running = new Set<Exchange>();
  let closed = false;
  return {
    send: async (outgoing, limits) => {
      if (closed) return lost("prepare", "aborted", null, "the client is closed", false, clock.now());
      if (limits.signal?.aborted === true)
        return lost("prepare", "aborted", null, "the call was given up", false, clock.now());
      if (limits.timeoutMs <= 0) return lost("prepare", "timeout", null, "no time was left", false, clock.now());
      const exchange = new Exchange(wheel, clock, limits, bodyBytesMax);
      running.add(exchange);
      try {
        return await exchange.run(outgoing, fetchWith);
      } finally {
        running.delete(exchange);
      }
    },
    close: () => {
      closed = true;
      for (const exchange of running) exchange.handleEvent();
    },
  };
}

class Exchange implements Expiring {
  due = 0;
  previous: Expiring | null = null;
  next: Expiring | null = null;

  readonly #wheel: DeadlineWheel;
  readonly #clock: TransportClock;
  readonly #limits: Limits;
  readonly #bodyBytesMax: number;
  readonly #abort = new AbortController();
  #end: (observation: Observation) => void = () => undefined;
  #hanging = false;
  #settled = false;
  #head: { readonly status: number; readonly headers: HeaderMap } | null = null;
  readonly #decoder = new TextDecoder();
  #text = "";
  #bytes = 0;

  constructor(wheel: DeadlineWheel, clock: TransportClock, limits: Limits, bodyBytesMax: number) {
    this.#wheel = wheel;
    this.#clock = clock;
    this.#limits = limits;
    this.#bodyBytesMax = bodyBytesMax;
  }

  run(outgoing: Outgoing, fetchWith: typeof fetch): Promise<Observation> {
    return new Promise((resolve) => {
      this.#end = resolve;
      this.#wheel.add(this, this.#limits.timeoutMs);
      this.#hanging = true;
      this.#limits.signal?.addEventListener("abort", this);
      this.#exchange(outgoing, fetchWith).catch((error: unknown) => {
        this.#broken(error);
      });
    });
  }

  expire(): void {
    this.#hanging = false;
    this.#giveUp("timeout", "no answer in time");
  }

  handleEvent(): void {
    this.#giveUp("aborted", "the call was given up");
  }

  async #exchange(outgoing: Outgoing, fetchWith: typeof fetch): Promise<void> {
    const { request, authorization } = outgoing;
    const response = await fetchWith(request.url, {
      method: request.method,
      headers: { ...request.headers, ...authorization },
      body: request.body,
      redirect: "manual",
      signal: this.#abort.signal,
    });
    // Browsers hide what a redirect says; that it is one is enough, because it is not followed.
    const status = response.type === "opaqueredirect" ? 302 : response.status;
    this.#head = { status, headers: Object.fromEntries(response.headers) };
    if (response.body !== null) {
      const reader = response.body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        this.#bytes += value.byteLength;
        if (this.#bytes > this.#bodyBytesMax) {
          this.#settle(this.#answer(false));
          this.#abort.abort();
          return;
        }
        this.#text += this.#decoder.decode(value, { stream: true });
      }
    }
    this.#settle(this.#answer(true));
  }

  #broken(error: unknown): void {
    if (this.#head !== null) return this.#settle(this.#answer(false));
    const code = systemCodeOf(error);
    const failure = connectFailureOf(code);
    const at = this.#clock.now();
    if (failure === null) this.#settle(lost("wait", brokenBy(code), code, messageOf(error), true, at));
    else this.#settle(lost(failure.phase, failure.cause, code, messageOf(error), false, at));
  }

  #giveUp(cause: TransportCause, message: string): void {
    if (this.#settled) return;
    this.#settle(
      this.#head === null ? lost("wait", cause, null, message, true, this.#clock.now()) : this.#answer(false),
    );
    this.#abort.abort();
  }

  #settle(observation: Observation): void {
    if (this.#settled) return;
    this.#settled = true;
    if (this.#hanging) this.#wheel.remove(this);
    this.#limits.signal?.removeEventListener("abort", this);
    this.#end(observation);
  }

  #answer(complete: boolean): Observation {
    const { status, headers } = this.#head ?? { status: 0, headers: {} };
    return {
      type: "response",
      status,
      headers,
      body: this.#text + this.#decoder.decode(),
      complete,
      at: this.#clock.now(),
    };
  }
}

function lost(
  phase: Phase,
  cause: TransportCause,
  systemCode: string | null,
  message: string,
  mayHaveLeft: boolean,
  at: number,
): Observation {
  return { type: "transport", phase, cause, systemCode, message, mayHaveLeft, at };
}
