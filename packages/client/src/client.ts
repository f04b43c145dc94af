/**
 * The in-process client: typed operations of one provider account, each call ending in one known state.
 */
import type {
  Failure,
  LaneView,
  Operation,
  OperationTypes,
  Outcome,
  Provider,
  RequestDescription,
} from "@landline/core";
import { guarantees, isIdempotencyKey, LandlineError } from "@landline/core";
import { ambient } from "@landline/host/ambient";
import { createTransport } from "#transport";
import { runCall } from "./call.ts";
import { CallsUnderWay } from "./calls-under-way.ts";
import { Closing } from "./closing.ts";
import { createDiagnoses } from "./diagnosis.ts";
import { quiet } from "./events.ts";
import type { Transport } from "./exchange.ts";
import { LaneGate } from "./lane-gate.ts";
import type { CallRequest, Line } from "./line.ts";
import { createLink } from "./link.ts";
import type { CallOptions, ClientOptions } from "./options.ts";
import { readDeadline, readOptions } from "./options.ts";
import type { CallResult, CallSuccess } from "./result.ts";
import { cancelled, invalid } from "./result.ts";
import { Timepiece } from "./timepiece.ts";

/** Calls one account of one provider. */
export interface Client<Types extends OperationTypes> {
  /** Calls and answers with a value. Never rejects for anything a provider, a network or an input can do. */
  call<Name extends keyof Types & string>(
    operation: Name,
    input: Types[Name]["input"],
    options?: CallOptions,
  ): Promise<CallResult<Types[Name]["value"]>>;
  /** @throws LandlineError with `.failure` where {@link Client.call} answers with a failure */
  callOrThrow<Name extends keyof Types & string>(
    operation: Name,
    input: Types[Name]["input"],
    options?: CallOptions,
  ): Promise<CallSuccess<Types[Name]["value"]>>;
  /** Asks whether credentials and service work; null when the provider has nothing to ask. */
  probe(options?: { readonly signal?: AbortSignal }): Promise<Outcome | null>;
  /** The lanes that were used, by operation family. */
  health(): Readonly<Record<string, LaneView>>;
  /** Ends all sockets at once. Calls under way end as failures; later ones are refused. */
  close(): void;
}

/**
 * Makes a client. It opens nothing before the first call, and an idle one keeps no process alive.
 * @throws LandlineError naming the option, its value and what is allowed
 */
export function createClient<Types extends OperationTypes>(
  provider: Provider<Types>,
  options: ClientOptions = {},
): Client<Types> {
  const settings = readOptions(options);
  const clock = options.clock ?? ambient;
  const transport = isTransport(options.transport) ? options.transport : createTransport(settings.transport, clock);
  const link = createLink(provider, transport, clock);
  const line: Line = {
    link,
    policy: settings.policy,
    diagnoses: createDiagnoses(link),
    known: new CallsUnderWay(),
    on: quiet(options.on),
    closing: new Closing(),
  };
  const gates = new Map<string, LaneGate>();
  const operations = new Map<string, Called>(
    Object.entries<Operation>(link.provider.operations).map(([name, operation]) => [name, { operation, gate: null }]),
  );
  const timepiece = new Timepiece(clock);
  const callbackUrl = options.callbackUrl ?? null;

  const gateOf = (family: string): LaneGate => {
    const known = gates.get(family);
    if (known !== undefined) return known;
    const fresh = new LaneGate(settings.limits, clock);
    gates.set(family, fresh);
    return fresh;
  };

  const refuse = (
    name: string,
    operationId: string,
    idempotencyKey: string,
    failure: Failure,
  ): Promise<CallResult<unknown>> => {
    const at = clock.now();
    line.on?.({
      provider: provider.name,
      operation: name,
      operationId,
      type: "call.ended",
      ok: false,
      failure,
      attempts: 0,
      startedAt: at,
      endedAt: at,
    });
    const result: CallResult<unknown> = {
      ok: false,
      failure,
      operationId,
      idempotencyKey,
      attempts: [],
      response: null,
      reconcile: () => Promise.resolve(result),
    };
    return Promise.resolve(result);
  };

  const call = (name: string, input: unknown, told: CallOptions = nothingTold): Promise<CallResult<unknown>> => {
    const reading = clock.monotonic();
    const begunAt = timepiece.epochAt(reading);
    const operationId = clock.newOperationId(begunAt);
    const idempotencyKey = told.idempotencyKey ?? operationId;
    line.on?.({ provider: provider.name, operation: name, operationId, type: "call.started", at: begunAt });
    const called = operations.get(name);
    if (called === undefined) {
      const message = `${provider.name} has no operation ${name}; it has ${[...operations.keys()].join(", ")}`;
      return refuse(name, operationId, idempotencyKey, invalid("operation", message));
    }
    const { operation } = called;
    if (line.closing.isClosed) return refuse(name, operationId, idempotencyKey, cancelled("not_executed", null));
    const fault = told === nothingTold ? null : faultOf(told);
    if (fault !== null) return refuse(name, operationId, idempotencyKey, fault);
    const context: CallRequest["context"] = { operationId, idempotencyKey, callbackUrl };
    let complete: unknown;
    let request: RequestDescription;
    try {
      const prepared = operation.prepare(input);
      if (!prepared.ok) return refuse(name, operationId, idempotencyKey, prepared.failure);
      complete = prepared.input;
      request = operation.describe(complete, context);
    } catch (error) {
      return refuse(
        name,
        operationId,
        idempotencyKey,
        invalid(null, error instanceof Error ? error.message : "the request cannot be described"),
      );
    }
    const { policy } = settings;
    const deadlineMs =
      told.deadline === undefined ? policy.deadlineMs : (readDeadline(told.deadline) ?? policy.deadlineMs);
    return runCall(line, {
      operation,
      gate: (called.gate ??= gateOf(operation.traits.family)),
      input: complete,
      context,
      request,
      signal: told.signal ?? null,
      reading,
      begunAt,
      deadline: begunAt + deadlineMs,
      guarantee: told.guarantee ?? policy.guarantee,
    });
  };

  return {
    call,
    callOrThrow: async (name: string, input: unknown, told?: CallOptions) => {
      const result = await call(name, input, told);
      if (!result.ok) throw new LandlineError(result.failure);
      return result;
    },
    probe: async ({ signal } = {}) => {
      const { probe } = link.provider;
      if (probe === null) return null;
      const seen = await link.exchange(probe.describe(), {
        timeoutMs: settings.policy.attemptTimeoutMs,
        signal: signal ?? null,
      });
      return seen.type === "unauthorised" ? seen.outcome : probe.read(seen, clock.now());
    },
    health: () => Object.fromEntries([...gates].map(([family, gate]) => [family, gate.health()])),
    close: () => {
      line.closing.close();
      link.close();
    },
  };
}

/** An operation, and the lane of its family once it was used. */
interface Called {
  readonly operation: Operation;
  gate: LaneGate | null;
}

const nothingTold: CallOptions = {};

/** What is wrong with a call's own options, or that it was given up before it began. */
function faultOf({ idempotencyKey, deadline, guarantee, signal }: CallOptions): Failure | null {
  if (idempotencyKey !== undefined && !isIdempotencyKey(idempotencyKey)) {
    return invalid("idempotencyKey", "idempotencyKey must be 1 to 255 visible ASCII characters");
  }
  if (deadline !== undefined && readDeadline(deadline) === null) {
    return invalid("deadline", "deadline must be a duration such as 10s, of at least 1ms");
  }
  if (guarantee !== undefined && !guarantees.includes(guarantee)) {
    return invalid("guarantee", `guarantee must be one of ${guarantees.join(", ")}`);
  }
  return signal?.aborted === true ? cancelled("not_executed", null) : null;
}

function isTransport(given: ClientOptions["transport"]): given is Transport {
  return given !== undefined && "send" in given;
}
