import tls from "node:tls";
/**
 * The transport of Node: one undici pool per origin, spoken to by `dispatch`, so that every phase of an exchange is
 * seen and nothing is allocated that is not needed.
 *
 * Why not simpler: `fetch` cannot say whether a byte left, and costs ten times the processor time; `request` hides when
 * writing began. HTTP/2 is off: a reset stream or a GOAWAY would make "was it written?" a matter of interpretation.
 * Pipelining is off: a lost connection takes one request with it, not several.
 */
import type { HeaderMap, Observation, Phase, TransportCause } from "@landline/core";
import { Agent, buildConnector, EnvHttpProxyAgent, Pool, ProxyAgent } from "undici";
import type { Dispatcher } from "undici";
import { DeadlineWheel } from "./deadline-wheel.ts";
import type { Expiring } from "./deadline-wheel.ts";
import type { Limits, Outgoing, Transport, TransportClock, TransportOptions } from "./exchange.ts";
import { bodyBytesMaxDefault, splitUrl } from "./exchange.ts";
import { brokenBy, connectFailureOf, messageOf, systemCodeOf } from "./transport-failure.ts";

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

/** One origin's pool, and how far its latest connection got. */
interface Origin {
  readonly name: string;
  readonly dispatcher: Dispatcher;
  connecting: Phase;
}

function openOrigin(name: string, options: TransportOptions, proxy: string | boolean): Origin {
  const ca = authorities(options.ca);
  const connector = buildConnector({ allowH2: false, timeout: 0, ...(ca === null ? {} : { ca }) });
  const origin: { -readonly [Key in keyof Origin]: Origin[Key] } = { name, dispatcher: idle, connecting: "resolve" };
  const connect: buildConnector.connector = (target, callback) => {
    origin.connecting = "resolve";
    // The types promise nothing, but the connector returns the socket it opens.
    const socket = connector(target, callback) as unknown;
    if (isSocket(socket)) {
      socket.once("lookup", (error) => {
        if (error === null || error === undefined) origin.connecting = "connect";
      });
      socket.once("connect", () => {
        origin.connecting = "tls";
      });
    }
  };
  const settings = {
    connections: options.connectionsMax ?? 256,
    pipelining: 1,
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: options.idleMs ?? 4_000,
    keepAliveMaxTimeout: 60_000,
  };
  const secured = ca === null ? {} : { connect: { ca, allowH2: false }, requestTls: { ca }, proxyTls: { ca } };
  if (typeof proxy === "string") origin.dispatcher = new ProxyAgent({ ...settings, ...secured, uri: proxy });
  else if (proxy) origin.dispatcher = new EnvHttpProxyAgent({ ...settings, ...secured });
  else origin.dispatcher = new Pool(name, { ...settings, connect });
  return origin;
}

const idle = new Agent();

interface LookupSocket {
  once(event: "lookup" | "connect", listener: (error?: unknown) => void): void;
}

function isSocket(value: unknown): value is LookupSocket {
  return typeof value === "object" && value !== null && "once" in value;
}

/** A proxy's address, `true` to follow the environment, or `false`. */
function proxyOf(options: TransportOptions): string | boolean {
  if (options.proxy !== undefined) return options.proxy;
  const { env } = process;
  return ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"].some((name) => (env[name] ?? "") !== "");
}

/** The option adds to what is trusted anyway; null leaves everything to Node (which reads NODE_EXTRA_CA_CERTS itself). */
function authorities(ca: TransportOptions["ca"]): string[] | null {
  if (ca === undefined) return null;
  const own = typeof ca === "string" ? [ca] : ca;
  return [...tls.getCACertificates("default"), ...own];
}

/** One request on its way: the handler undici calls, an entry of the wheel, and the listener of the caller's signal. */
class Exchange implements Dispatcher.DispatchHandler, Expiring {
  due = 0;
  previous: Expiring | null = null;
  next: Expiring | null = null;

  readonly #resolve: (observation: Observation) => void;
  readonly #wheel: DeadlineWheel;
  readonly #clock: TransportClock;
  readonly #signal: AbortSignal | null;
  readonly #bodyBytesMax: number;
  #origin: Origin | null = null;
  #controller: Dispatcher.DispatchController | null = null;
  #phase: Phase = "prepare";
  #settled = false;
  #status = 0;
  #headers: HeaderMap = noHeaders;
  #first: Buffer | null = null;
  #rest: Buffer[] | null = null;
  #bytes = 0;

  constructor(
    resolve: (observation: Observation) => void,
    wheel: DeadlineWheel,
    clock: TransportClock,
    signal: AbortSignal | null,
    bodyBytesMax: number,
  ) {
    this.#resolve = resolve;
    this.#wheel = wheel;
    this.#clock = clock;
    this.#signal = signal;
    this.#bodyBytesMax = bodyBytesMax;
  }

  begin(origin: Origin, path: string, outgoing: Outgoing, limits: Limits): void {
    const { request, authorization } = outgoing;
    this.#origin = origin;
    this.#phase = "connect";
    this.#wheel.add(this, limits.timeoutMs);
    this.#signal?.addEventListener("abort", this);
    const headers: string[] = [];
    for (const name in request.headers) headers.push(name, request.headers[name] as string);
    for (const name in authorization) headers.push(name, authorization[name] as string);
    try {
      origin.dispatcher.dispatch(
        { origin: origin.name, path, method: request.method, headers, body: request.body },
        this,
      );
    } catch (error) {
      this.onResponseError(null, error as Error);
    }
  }

  /** Ends before anything was begun. */
  refuse(cause: TransportCause, message: string): void {
    this.#settle(this.#lost("prepare", cause, null, message, false));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Given up while waiting for a connection, or begun before: in both cases nothing more may be written.
    if (this.#settled || this.#controller !== null) return controller.abort(givenUp);
    this.#controller = controller;
    this.#phase = "write";
  }

  onRequestSent(): void {
    if (this.#phase === "write") this.#phase = "wait";
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (this.#settled) return controller.abort(givenUp);
    if (status < 200) return;
    this.#phase = "body";
    this.#status = status;
    this.#headers = joined(headers);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#settled) return;
    this.#bytes += chunk.length;
    if (this.#bytes > this.#bodyBytesMax) {
      this.#settle(this.#answer(false));
      return controller.abort(givenUp);
    }
    if (this.#first === null) this.#first = chunk;
    else (this.#rest ??= []).push(chunk);
  }

  onResponseEnd(): void {
    this.#settle(this.#answer(true));
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (this.#settled) return;
    if (this.#phase === "body") return this.#settle(this.#answer(false));
    const code = systemCodeOf(error);
    const message = messageOf(error);
    if (this.#controller !== null) return this.#settle(this.#lost(this.#phase, brokenBy(code), code, message, true));
    const failure = connectFailureOf(code) ?? { phase: this.#connecting(), cause: brokenBy(code) };
    this.#settle(this.#lost(failure.phase, failure.cause, code, message, false));
  }

  expire(): void {
    this.#giveUp("timeout", "no answer in time", false);
  }

  handleEvent(): void {
    this.#giveUp("aborted", "the call was given up", true);
  }

  #giveUp(cause: TransportCause, message: string, hanging: boolean): void {
    if (this.#settled) return;
    const begun = this.#controller;
    if (begun === null) this.#settle(this.#lost(this.#connecting(), cause, null, message, false), hanging);
    else if (this.#phase === "body") this.#settle(this.#answer(false), hanging);
    else this.#settle(this.#lost(this.#phase, cause, null, message, true), hanging);
    begun?.abort(givenUp);
  }

  #connecting(): Phase {
    return this.#origin?.connecting ?? "connect";
  }

  #settle(observation: Observation, hanging = true): void {
    if (this.#settled) return;
    this.#settled = true;
    if (this.#origin !== null) {
      if (hanging) this.#wheel.remove(this);
      this.#signal?.removeEventListener("abort", this);
    }
    this.#resolve(observation);
  }

  #answer(complete: boolean): Observation {
    return {
      type: "response",
      status: this.#status,
      headers: this.#headers,
      body: this.#body(),
      complete,
      at: this.#clock.now(),
    };
  }

  #body(): string {
    if (this.#first === null) return "";
    if (this.#rest === null) return this.#first.toString();
    const decoder = new TextDecoder();
    let text = decoder.decode(this.#first, { stream: true });
    for (const chunk of this.#rest) text += decoder.decode(chunk, { stream: true });
    return text + decoder.decode();
  }

  #lost(
    phase: Phase,
    cause: TransportCause,
    systemCode: string | null,
    message: string,
    mayHaveLeft: boolean,
  ): Observation {
    return { type: "transport", phase, cause, systemCode, message, mayHaveLeft, at: this.#clock.now() };
  }
}

const givenUp = new Error("given up");
const noHeaders: HeaderMap = {};

/** RFC 9110 §5.2; the object is ours to change. */
function joined(headers: Record<string, string | string[] | undefined>): HeaderMap {
  for (const name in headers) {
    const value = headers[name];
    if (Array.isArray(value)) headers[name] = value.join(", ");
  }
  return headers as HeaderMap;
}
