import { AsyncLocalStorage } from "node:async_hooks";
/**
 * The HTTP client of the official Twilio SDK (5 and 6), replaced: `new Twilio(sid, token, { httpClient: landlineHttpClient() })`.
 *
 * Requests keep their bytes and their credentials; what changes is what happens when something goes wrong. Reads are
 * repeated, creates of messages and calls are looked up before they are repeated, everything else that may have been
 * executed is not repeated. Every HTTP status still resolves, so that the SDK throws the exceptions it always threw,
 * now with `.failure`; where no usable answer exists, a `LandlineError` is thrown, which holds no credentials.
 */
import { invalidOption, LandlineError } from "@landline/core";
import { ambient } from "@landline/host/ambient";
import type RequestClient from "twilio/lib/base/RequestClient.js";
import { createTransport } from "#transport";
import { runCall } from "./call.ts";
import { CallsUnderWay } from "./calls-under-way.ts";
import { Closing } from "./closing.ts";
import { quiet } from "./events.ts";
import { LaneGate } from "./lane-gate.ts";
import type { Line } from "./line.ts";
import type { ClientOptions } from "./options.ts";
import { readOptions } from "./options.ts";
import type { CallResult } from "./result.ts";
import { Timepiece } from "./timepiece.ts";
import { awaited, Explained, throwerOfCaller } from "./twilio-sdk/exceptions.ts";
import { SdkLinks } from "./twilio-sdk/links.ts";
import { SdkOperations } from "./twilio-sdk/operation.ts";
import type { Answer, SdkRequest, SdkResponse } from "./twilio-sdk/request.ts";
import { describeRequest, parsed, placed, withoutCredentials } from "./twilio-sdk/request.ts";
import { withQuery } from "./twilio-sdk/serialise.ts";

/** Options of {@link landlineHttpClient}: those of a client, and how long a created message may be missing from lists. */
export interface TwilioHttpClientOptions extends Omit<ClientOptions, "callbackUrl"> {
  /** Default 15 s. */
  readonly lookupSettle?: number | string;
  /** Instead of the SDK's own https addresses at twilio.com: a sandbox or a proxy. It may have a path. */
  readonly baseUrl?: string;
}

/** The SDK's client, and a way to end its sockets. */
export type LandlineHttpClient = RequestClient & { close(): void };

const operationIds = new AsyncLocalStorage<string>();

/**
 * Runs `work` with an operation id of yours: its creates carry it as their idempotency key, and events name it.
 * @param id 1 to 255 visible ASCII characters
 */
export function withOperation<Result>(id: string, work: () => Result): Result {
  return operationIds.run(id, work);
}

/** Twilio answers within about 26 s; giving up earlier would make slow successes doubtful. */
const defaults = { attemptTimeout: "30s", deadline: "2m" } as const;
const redirectsMax = 10;

/**
 * Makes the client. The SDK's own options `autoRetry`, `maxRetries`, `keepAlive` and `timeout` configure the client
 * that this one replaces and have no effect.
 * @throws LandlineError naming an option that is not allowed
 */
export function landlineHttpClient(options: TwilioHttpClientOptions = {}): LandlineHttpClient {
  // The SDK's type is nominal (it has a private member), but one method is all that is ever called.
  return new SdkHttpClient(options) as unknown as LandlineHttpClient;
}

class SdkHttpClient {
  readonly #line: Omit<Line, "link">;
  readonly #links: SdkLinks;
  readonly #operations: SdkOperations;
  readonly #gates = new Map<string, LaneGate>();
  readonly #openGate: () => LaneGate;
  readonly #baseUrl: string | undefined;
  readonly #timepiece: Timepiece;
  readonly #close: () => void;

  constructor(options: TwilioHttpClientOptions) {
    const { lookupSettle = "15s", baseUrl, ...rest } = options;
    if (baseUrl !== undefined && !/^https?:$/.test(URL.parse(baseUrl)?.protocol ?? ""))
      throw invalidOption("baseUrl", "must be an http or https URL");
    const { policy, limits, transport: settings } = readOptions({ ...defaults, ...rest });
    const { clock = ambient, transport: given, on } = options;
    const transport = given !== undefined && "send" in given ? given : createTransport(settings, clock);
    this.#line = { policy, diagnoses: null, known: new CallsUnderWay(), on: quiet(on), closing: new Closing() };
    this.#links = new SdkLinks(transport, clock);
    this.#operations = new SdkOperations(lookupSettle);
    this.#openGate = () => new LaneGate(limits, clock);
    this.#baseUrl = baseUrl;
    this.#timepiece = new Timepiece(clock);
    this.#close = () => {
      transport.close();
    };
  }

  /** What the SDK calls. Every status resolves. */
  request(sdk: SdkRequest): Promise<SdkResponse> {
    if (sdk.method === undefined || sdk.method === "") throw new Error("http method is required");
    if (sdk.uri === undefined || sdk.uri === "") throw new Error("uri is required");
    const answer = this.#follow(sdk);
    return /^patch$/i.test(sdk.method) ? awaited(answer, throwerOfCaller()) : Explained.of(answer);
  }

  close(): void {
    this.#line.closing.close();
    this.#close();
  }

  /** The answer, through redirects where the SDK asks for that. */
  async #follow(sdk: SdkRequest): Promise<Answer> {
    let request = sdk;
    let uri = withQuery(placed(sdk.uri, this.#baseUrl), sdk.params);
    const mayFollow = sdk.allowRedirects === true && /^get$/i.test(sdk.method);
    for (let redirects = 0; ; redirects += 1) {
      const answer = answerOf(await this.#call(request, uri));
      if (!mayFollow || redirects === redirectsMax) return answer;
      const { statusCode, headers } = answer.response;
      const { location } = headers;
      const next = location === undefined || statusCode < 300 || statusCode > 399 ? null : URL.parse(location, uri);
      if (next === null) return answer;
      // Credentials are for the origin they were given for.
      if (next.origin !== new URL(uri).origin) request = withoutCredentials(request);
      uri = next.href;
    }
  }

  #call(sdk: SdkRequest, uri: string): Promise<CallResult<unknown>> {
    const link = this.#links.of(sdk);
    const { clock } = link;
    const reading = clock.monotonic();
    const begunAt = this.#timepiece.epochAt(reading);
    const operationId = operationIds.getStore() ?? clock.newOperationId(begunAt);
    const request = describeRequest(sdk, uri, operationId);
    const operation = this.#operations.of(request.method, uri.split("?", 1)[0] ?? uri);
    const { policy } = this.#line;
    const line: Line = {
      ...this.#line,
      link,
      policy: sdk.timeout === undefined ? policy : { ...policy, attemptTimeoutMs: sdk.timeout },
    };
    return runCall(line, {
      operation,
      gate: this.#gateOf(operation.traits.family),
      input: sdk.data ?? {},
      context: { operationId, idempotencyKey: operationId, callbackUrl: null },
      request,
      signal: null,
      reading,
      begunAt,
      deadline: begunAt + policy.deadlineMs,
      guarantee: policy.guarantee,
    });
  }

  #gateOf(family: string): LaneGate {
    const gate = this.#gates.get(family) ?? this.#openGate();
    this.#gates.set(family, gate);
    return gate;
  }
}

/**
 * What the SDK gets of a result.
 * @throws LandlineError where there is no answer it could read
 */
function answerOf(result: CallResult<unknown>): Answer {
  const { response, attempts } = result;
  const last = attempts.at(-1);
  if (result.ok) {
    // Found by asking: the answer to the create itself was lost, the resource is the same.
    const isDirect = last?.outcome === "accepted" && response !== null;
    const { status: statusCode, headers } = isDirect ? response : { status: 201, headers: {} };
    return { response: { statusCode, body: result.value, headers }, failure: null };
  }
  const { failure } = result;
  if (response === null || last?.status !== response.status || isSuccess(response.status))
    throw new LandlineError(failure);
  const { status: statusCode, headers } = response;
  return { response: { statusCode, body: parsed(response.body), headers }, failure };
}

function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}
