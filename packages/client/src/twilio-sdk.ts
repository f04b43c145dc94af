import { AsyncLocalStorage } from "node:async_hooks";
/**
 * The HTTP client of the official Twilio SDK (5 and 6), replaced: `new Twilio(sid, token, { httpClient: landlineHttpClient() })`.
 *
 * Requests keep their bytes and their credentials; what changes is what happens when something goes wrong. Reads are
 * repeated, creates of messages and calls are looked up before they are repeated, everything else that may have been
 * executed is not repeated. Every HTTP status still resolves, so that the SDK throws the exceptions it always threw,
 * now with `.failure`; where no usable answer exists, a `LandlineError` is thrown, which holds no credentials.
 */
import type { Failure, Observation, Redactor } from "@landline/core";
import { createRedactor, invalidOption, LandlineError } from "@landline/core";
import type { Ambient } from "@landline/host/ambient";
import { ambient } from "@landline/host/ambient";
import type RequestClient from "twilio/lib/base/RequestClient.js";
import { createTransport } from "#transport";
import { runCall } from "./call.ts";
import { CallsUnderWay } from "./calls-under-way.ts";
import { Closing } from "./closing.ts";
import type { Limits, Transport } from "./exchange.ts";
import { LaneGate } from "./lane-gate.ts";
import type { Link } from "./link.ts";
import type { ClientOptions } from "./options.ts";
import { readOptions } from "./options.ts";
import { basic, SdkTokens } from "./twilio-sdk/authorization.ts";
import type { SdkAuthStrategy } from "./twilio-sdk/authorization.ts";
import { SdkOperations } from "./twilio-sdk/operation.ts";
import { encodeSdkForm, withQuery } from "./twilio-sdk/serialise.ts";

/** Options of {@link landlineHttpClient}: those of a client, and how long a created message may be missing from lists. */
export interface TwilioHttpClientOptions extends Omit<ClientOptions, "callbackUrl"> {
  /** Default 15 s. */
  readonly lookupSettle?: number | string;
  /** Instead of the SDK's own https addresses at twilio.com: a sandbox or a proxy. It may have a path. */
  readonly baseUrl?: string;
}

/** What the SDK asks its client for. */
interface SdkRequest {
  readonly method: string;
  readonly uri: string;
  readonly username?: string;
  readonly password?: string;
  readonly authStrategy?: SdkAuthStrategy;
  readonly headers?: Readonly<Record<string, string>>;
  readonly params?: object;
  readonly data?: object;
  readonly timeout?: number;
  readonly allowRedirects?: boolean;
}

interface SdkResponse {
  readonly statusCode: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
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
  const { lookupSettle = "15s", baseUrl, ...rest } = options;
  if (baseUrl !== undefined && !/^https?:$/.test(URL.parse(baseUrl)?.protocol ?? ""))
    throw invalidOption("baseUrl", "must be an http or https URL");
  const settings = readOptions({ ...defaults, ...rest });
  const clock: Ambient = options.clock ?? ambient;
  const given = options.transport;
  const transport: Transport =
    given !== undefined && "send" in given ? given : createTransport(settings.transport, clock);
  const operations = new SdkOperations(lookupSettle);
  const tokens = new SdkTokens(clock);
  const known = new CallsUnderWay();
  const closing = new Closing();
  const gates = new Map<string, LaneGate>();
  const redactors = new Map<string, Redactor>();

  const gateOf = (family: string): LaneGate => {
    const gate = gates.get(family) ?? new LaneGate(settings.limits, clock);
    gates.set(family, gate);
    return gate;
  };

  const redactorOf = (secret: string): Redactor => {
    const redactor = redactors.get(secret) ?? createRedactor([secret]);
    if (redactors.size < 1_000) redactors.set(secret, redactor);
    return redactor;
  };

  const linkOf = (sdk: SdkRequest): Link => {
    const { username, password, authStrategy } = sdk;
    const named = { provider: { name: "twilio" } as Link["provider"], clock, close: () => undefined };
    const fixed =
      username !== undefined && username !== "" && password !== undefined && password !== ""
        ? basic(username, password)
        : null;
    if (fixed !== null || authStrategy === undefined) {
      const authorization: Record<string, string> = fixed === null ? {} : { authorization: fixed };
      const exchange: Link["exchange"] = (request, limits) => transport.send({ request, authorization }, limits);
      return { ...named, redactor: redactorOf(password ?? ""), authorise: null, exchange };
    }
    return {
      ...named,
      redactor: redactorOf(""),
      authorise: async (limits) => {
        const answer = await tokens.header(authStrategy, limits);
        return answer.ok ? null : answer.outcome;
      },
      exchange: async (request, limits) => {
        const until = clock.monotonic() + limits.timeoutMs;
        const left = (): Limits => ({ timeoutMs: until - clock.monotonic(), signal: limits.signal });
        for (let refreshed = false; ; refreshed = true) {
          const answer = await tokens.header(authStrategy, left());
          if (!answer.ok) return { type: "unauthorised", outcome: answer.outcome };
          const { header } = answer;
          const observation: Observation = await transport.send(
            { request, authorization: header === "" ? {} : { authorization: header } },
            left(),
          );
          if (observation.type !== "response" || observation.status !== 401) return observation;
          tokens.refused(authStrategy, header);
          if (refreshed) return observation;
        }
      },
    };
  };

  const once = async (sdk: SdkRequest, uri: string): Promise<Answer> => {
    const method = sdk.method.toUpperCase() as "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
    const operation = operations.of(method, uri.split("?", 1)[0] ?? uri);
    const operationId = operationIds.getStore() ?? clock.newOperationId();
    const context = { operationId, idempotencyKey: operationId, callbackUrl: null };
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(sdk.headers ?? {})) headers[name.toLowerCase()] = value;
    delete headers["connection"];
    if (method === "POST") headers["idempotency-key"] ??= operationId;
    const attemptTimeoutMs = sdk.timeout ?? settings.policy.attemptTimeoutMs;
    const begunAt = clock.now();
    const result = await runCall(
      {
        link: linkOf(sdk),
        policy: { ...settings.policy, attemptTimeoutMs },
        diagnoses: null,
        known,
        on: options.on ?? null,
        closing,
      },
      {
        operation,
        gate: gateOf(operation.traits.family),
        input: sdk.data ?? {},
        context,
        request: { method, url: uri, headers, body: bodyOf(sdk, headers["content-type"]) },
        signal: null,
        reading: clock.monotonic(),
        begunAt,
        deadline: begunAt + settings.policy.deadlineMs,
        guarantee: settings.policy.guarantee,
      },
    );
    const { response, attempts } = result;
    if (result.ok) {
      const direct = attempts.at(-1)?.outcome === "accepted" && response !== null;
      // Found by asking: the answer to the create itself was lost, the resource is the same.
      return direct
        ? { response: { statusCode: response.status, body: result.value, headers: response.headers }, failure: null }
        : { response: { statusCode: 201, body: result.value, headers: {} }, failure: null };
    }
    const { failure } = result;
    const answered =
      response !== null &&
      attempts.at(-1)?.status === response.status &&
      (response.status < 200 || response.status > 299);
    if (!answered) throw new LandlineError(failure);
    return {
      response: { statusCode: response.status, body: parsed(response.body), headers: response.headers },
      failure,
    };
  };

  const follow = async (sdk: SdkRequest): Promise<Answer> => {
    let request = sdk;
    let uri = withQuery(placed(sdk.uri, baseUrl), sdk.params);
    for (let redirects = 0; ; redirects += 1) {
      const answer = await once(request, uri);
      const { statusCode, headers } = answer.response;
      const location = headers["location"];
      const followed =
        sdk.allowRedirects === true && /^get$/i.test(sdk.method) && statusCode >= 300 && statusCode < 400;
      if (!followed || location === undefined || !URL.canParse(location, uri) || redirects === redirectsMax)
        return answer;
      const next = new URL(location, uri);
      // Credentials are for the origin they were given for.
      if (next.origin !== new URL(uri).origin) request = withoutCredentials(request);
      uri = next.href;
    }
  };

  const client = {
    request(sdk: SdkRequest): Promise<SdkResponse> {
      if (sdk.method === undefined || sdk.method === "") throw new Error("http method is required");
      if (sdk.uri === undefined || sdk.uri === "") throw new Error("uri is required");
      return Explained.of(follow(sdk));
    },
    close(): void {
      closing.close();
      transport.close();
    },
  };
  // The SDK's type is nominal (it has a private member), but one method is all that is ever called.
  return client as unknown as LandlineHttpClient;
}

/** An address at twilio.com, put below the base; every other one stays what it is. */
function placed(uri: string, baseUrl: string | undefined): string {
  const url = baseUrl === undefined ? null : URL.parse(uri);
  if (baseUrl === undefined || url === null || !/(^|\.)twilio\.com$/.test(url.hostname)) return uri;
  return `${baseUrl.replace(/\/+$/, "")}${url.pathname}${url.search}`;
}

interface Answer {
  readonly response: SdkResponse;
  readonly failure: Failure | null;
}

/**
 * The SDK turns a status into an exception in the first function it hangs on what it was given; that exception gets the
 * failure on its way out.
 */
class Explained extends Promise<SdkResponse> {
  #failure: Failure | null = null;

  /** What hangs on it later is an ordinary promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  static of(answer: Promise<Answer>): Explained {
    const explained = new Explained((resolve, reject) => {
      answer.then(({ response, failure }) => {
        explained.#failure = failure;
        resolve(response);
      }, reject);
    });
    return explained;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- it is a promise; this is how the SDK's callback is reached
  override then<Result1 = SdkResponse, Result2 = never>(
    onFulfilled?: ((response: SdkResponse) => Result1 | PromiseLike<Result1>) | null,
    onRejected?: ((reason: unknown) => Result2 | PromiseLike<Result2>) | null,
  ): Promise<Result1 | Result2> {
    if (onFulfilled === undefined || onFulfilled === null) return super.then(onFulfilled, onRejected);
    return super.then((response) => {
      try {
        return onFulfilled(response);
      } catch (error) {
        throw withFailure(error, this.#failure);
      }
    }, onRejected);
  }
}

function withFailure(error: unknown, failure: Failure | null): unknown {
  if (failure !== null && error instanceof Error)
    Object.defineProperty(error, "failure", { value: failure, enumerable: true, configurable: true });
  return error;
}

function bodyOf({ data }: SdkRequest, contentType: string | undefined): string | null {
  if (data === undefined || data === null) return null;
  if (contentType === "application/x-www-form-urlencoded") return encodeSdkForm(data);
  if (contentType === "application/json") return JSON.stringify(data);
  return null;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return body;
  }
}

function withoutCredentials({
  username: _username,
  password: _password,
  authStrategy: _strategy,
  ...request
}: SdkRequest): SdkRequest {
  return request;
}
