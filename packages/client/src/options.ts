/**
 * The options of a client: what may be said, and the reading of it. Everything wrong is found at construction, all of
 * it at once, as a `LandlineError` that names the option, the value and what is allowed.
 */
import type { Duration, Guarantee, LaneOptions, Policy, PolicyInput } from "@landline/core";
import { createLane, defaultPolicy, invalidOption, parseDuration, parsePolicy } from "@landline/core";
import type { Ambient } from "@landline/host/ambient";
import type { ClientListener } from "./events.ts";
import type { Transport, TransportOptions } from "./exchange.ts";

/** What a client may be told. Everything is optional. */
export interface ClientOptions extends PolicyInput {
  /** Limits of each lane (an operation family): rate, concurrency, breaker, retry budget. */
  readonly limits?: LaneOptions;
  /** Hears everything that happens. Must not throw; when it does, nothing changes. */
  readonly on?: ClientListener;
  /** How to reach the network, or a transport of your own. */
  readonly transport?: TransportOptions | Transport;
  /** Where the provider shall report to (`https://host/webhooks/tw`). */
  readonly callbackUrl?: string;
  /** Clock and chance, for tests in virtual time. */
  readonly clock?: Ambient;
  /** Short for `transport: { ca }`: authorities (PEM) trusted besides the system's. */
  readonly ca?: string | readonly string[];
  /** Short for `transport: { proxy }`. */
  readonly proxy?: string | false;
}

/** What one call may be told. */
export interface CallOptions {
  /** 1 to 255 visible ASCII characters; the same for every attempt. Default: the operation id. */
  readonly idempotencyKey?: string;
  /** Ends the call in the same tick, in every stage. */
  readonly signal?: AbortSignal;
  /** From now on; instead of the client's. */
  readonly deadline?: Duration;
  /** Instead of the client's. */
  readonly guarantee?: Guarantee;
}

/** Options that were read. */
export interface ClientSettings {
  readonly policy: Policy;
  readonly limits: LaneOptions;
  readonly transport: TransportOptions;
}

/**
 * What a lane of the in-process client starts from. The reserve is that of Finagle's retry budget (10 per second, for
 * ten seconds), so that a quiet client keeps every retry its policy gives it, and only a storm is cut.
 */
const laneDefaults = {
  breaker: { volumeMin: 20 },
  budget: { ratio: 0.2, reservePerSecond: 10, reserveMax: 100 },
} as const;

const policyKeys = ["attemptsMax", "backoff", "totalWaitMax", "attemptTimeout", "deadline", "guarantee"] as const;
const otherKeys = ["limits", "on", "transport", "callbackUrl", "clock", "ca", "proxy"];
const limitKeys = ["ratePerSecond", "burst", "concurrencyMax", "breaker", "budget"];
const transportKeys = ["ca", "proxy", "connectionsMax", "idleMs", "bodyBytesMax"];

/**
 * Reads options.
 * @throws LandlineError with every fault in its message
 */
export function readOptions(options: ClientOptions): ClientSettings {
  const faults: Fault[] = [];
  const given = options as Readonly<Record<string, unknown>>;
  unknownKeys(given, [...policyKeys, ...otherKeys], "", faults);
  const reading = parsePolicy(
    Object.fromEntries(policyKeys.flatMap((key) => (given[key] === undefined ? [] : [[key, given[key]]]))),
    defaultPolicy,
    "policy",
  );
  if (!reading.ok)
    faults.push(
      ...reading.faults.map(({ path, message }) => ({ option: path.replace(/^policy\.?/, ""), problem: message })),
    );
  const limits = readLimits(options.limits, faults);
  const transport = readTransport(options, faults);
  if (options.on !== undefined && typeof options.on !== "function")
    faults.push(fault("on", "must be a function", options.on));
  if (options.callbackUrl !== undefined && !isUrl(options.callbackUrl, /^https?:$/)) {
    faults.push(fault("callbackUrl", "must be an http or https URL", options.callbackUrl));
  }
  const [first, ...rest] = faults;
  if (first !== undefined) {
    throw invalidOption(
      first.option,
      [first.problem, ...rest.map(({ option, problem }) => `${option} ${problem}`)].join("; "),
    );
  }
  return { policy: reading.ok ? reading.policy : defaultPolicy, limits, transport };
}

/** Milliseconds of a per-call deadline; null when it is not a duration of at least 1 ms. */
export function readDeadline(deadline: Duration): number | null {
  const ms = parseDuration(deadline);
  return ms !== null && ms >= 1 ? ms : null;
}

interface Fault {
  readonly option: string;
  readonly problem: string;
}

function readLimits(given: LaneOptions | undefined, faults: Fault[]): LaneOptions {
  const limits: LaneOptions = {
    ...given,
    breaker: { ...laneDefaults.breaker, ...given?.breaker },
    budget: { ...laneDefaults.budget, ...given?.budget },
  };
  if (given === undefined) return limits;
  if (typeof given !== "object" || given === null) {
    faults.push(fault("limits", "must be an object", given));
    return limits;
  }
  unknownKeys(given as Readonly<Record<string, unknown>>, limitKeys, "limits.", faults);
  try {
    createLane(limits, 0);
  } catch (error) {
    faults.push({ option: "limits", problem: error instanceof Error ? error.message : "is not usable" });
  }
  return limits;
}

function readTransport(options: ClientOptions, faults: Fault[]): TransportOptions {
  const { transport: given = {}, ca, proxy } = options;
  if (typeof given !== "object" || given === null) {
    faults.push(fault("transport", "must be an object", given));
    return {};
  }
  if ("send" in given) return {};
  unknownKeys(given as Readonly<Record<string, unknown>>, transportKeys, "transport.", faults);
  const all: TransportOptions = {
    ...given,
    ...(ca === undefined ? {} : { ca }),
    ...(proxy === undefined ? {} : { proxy }),
  };
  for (const key of ["connectionsMax", "idleMs", "bodyBytesMax"] as const) {
    const value = all[key];
    if (value !== undefined && (!Number.isInteger(value) || value < 1))
      faults.push(fault(`transport.${key}`, "must be a whole number of at least 1", value));
  }
  if (typeof all.proxy === "string" && !isUrl(all.proxy, /^https?:$/)) {
    // A proxy's address may carry a password: the value is not repeated.
    faults.push({ option: "proxy", problem: "must be an http or https URL, or false" });
  }
  const authorities = typeof all.ca === "string" ? [all.ca] : (all.ca ?? []);
  if (
    !Array.isArray(authorities) ||
    !authorities.every((pem) => typeof pem === "string" && pem.includes("-----BEGIN CERTIFICATE-----"))
  ) {
    faults.push({ option: "ca", problem: "must be PEM text (-----BEGIN CERTIFICATE-----), or a list of such" });
  }
  return all;
}

function unknownKeys(
  given: Readonly<Record<string, unknown>>,
  known: readonly string[],
  prefix: string,
  faults: Fault[],
): void {
  for (const key of Object.keys(given)) {
    if (!known.includes(key))
      faults.push({ option: `${prefix}${key}`, problem: `is not known; allowed are ${known.join(", ")}` });
  }
}

function fault(option: string, allowed: string, value: unknown): Fault {
  return { option, problem: `${allowed}, not ${(JSON.stringify(value) ?? String(value)).slice(0, 60)}` };
}

function isUrl(text: unknown, protocol: RegExp): boolean {
  return typeof text === "string" && URL.canParse(text) && protocol.test(new URL(text).protocol);
}
