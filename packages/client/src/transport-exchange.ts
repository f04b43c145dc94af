/**
 * One request on its way over undici: the handler it calls, an entry of the deadline wheel and the listener of the
 * caller's signal in one object, because there is one of it per request. It notes how far the exchange got and settles
 * once, whoever ends it first.
 */
import type { HeaderMap, Observation, Phase, TransportCause } from "@landline/core";
import type { Dispatcher } from "undici";
import type { DeadlineWheel, Expiring } from "./deadline-wheel.ts";
import type { Limits, Outgoing, TransportClock } from "./exchange.ts";
import { brokenBy, connectFailureOf, messageOf, systemCodeOf } from "./transport-failure.ts";
import type { Origin } from "./transport-origin.ts";

/** See the module comment. */
export class Exchange implements Dispatcher.DispatchHandler, Expiring {
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
