/**
 * A provider and its sender in one, with a ledger of what really happened and a script of what goes wrong.
 *
 * One operation for each class of doubt, so that a test can say which it means by name:
 * `create.lookup`, `create.deduplicate`, `create.park`, `put` (idempotent), `consent.in` and `consent.out` (ordered).
 */
import { classify, defaultPolicy, failure } from "@landline/core";
import type {
  Candidate,
  ErrorEntry,
  Operation,
  OperationTraits,
  Outcome,
  Provider,
  ReceiptEvent,
  WebhookReading,
} from "@landline/core";
import type { Account, AttemptReport, Host, SendRequest, Sender } from "../ports/index.ts";

/** What happens to one attempt. */
export type Fate =
  | { readonly do: "accept"; readonly delayMs?: number }
  /** Done only after the delay, whoever still listens then. */
  | { readonly do: "accept_late"; readonly delayMs: number }
  /** Done, and the answer is lost on the way. */
  | { readonly do: "accept_then_reset"; readonly delayMs?: number }
  /** Not done, and nobody can tell. */
  | { readonly do: "reset"; readonly delayMs?: number }
  | { readonly do: "refused" }
  | { readonly do: "throttle"; readonly retryAfterMs?: number }
  /** A 5xx; `done`: it was executed all the same. */
  | { readonly do: "fail"; readonly done?: boolean; readonly status?: number }
  | { readonly do: "reject"; readonly code?: string; readonly status?: number }
  /** Never answers until it is aborted or times out; `done`: it was executed. */
  | { readonly do: "hang"; readonly done?: boolean };

/** One effect that really happened. */
export interface Effect {
  readonly operationId: string;
  readonly operation: string;
  readonly providerId: string;
  readonly at: number;
  readonly content: string;
  readonly deadline: number;
}

/** One request that was received. */
export interface Received {
  readonly operationId: string;
  readonly operation: string;
  readonly at: number;
  readonly digest: string;
  readonly key: string;
}

/** A provider with a memory. */
export interface LedgerProvider {
  readonly account: Account;
  readonly effects: Effect[];
  readonly received: Received[];
  readonly looks: string[];
  /** Decides what happens to each request. Default: accept. */
  fate: (request: SendRequest, nth: number) => Fate;
  /** Whether a lookup succeeds now. */
  lookups: "work" | "fail";
  probe: () => Outcome | null;
  /** What polling an id brings. */
  poll: (providerId: string) => ReceiptEvent | null;
  /** The process that sent died: requests under way still reach the provider, answers reach nobody. */
  disconnect(): void;
}

/** Options of {@link createLedgerProvider}. */
export interface LedgerProviderOptions {
  readonly name?: string;
  readonly provider?: string;
  readonly policy?: Partial<Account["policy"]>;
  readonly limits?: Account["limits"];
  readonly settleMs?: number;
  /** The provider's clock minus ours. */
  readonly skewMs?: number;
}

/** Error codes of the ledger provider. */
export const ledgerErrors: readonly ErrorEntry[] = [
  entry("bad", { kind: "invalid_request", remedy: "fix_request", responsible: "caller", otherChannel: "yes" }),
  entry("useless", { kind: "invalid_request", remedy: "fix_request", responsible: "caller", otherChannel: "no" }),
  entry("key", { kind: "authentication", remedy: "fix_account", responsible: "operator", blocksAccount: true }),
  entry("stop", { kind: "recipient_blocked", remedy: "none", responsible: "recipient", optedOut: true }),
  entry("carrier", {
    kind: "undelivered",
    remedy: "other_channel",
    responsible: "recipient",
    arrives: "async",
    execution: "executed",
  }),
  entry("sender", {
    kind: "undelivered",
    remedy: "fix_account",
    responsible: "operator",
    arrives: "async",
    execution: "executed",
    otherChannel: "no",
  }),
];

function entry(
  code: string,
  facts: Partial<ErrorEntry> & Pick<ErrorEntry, "kind" | "remedy" | "responsible">,
): ErrorEntry {
  return {
    code,
    status: 400,
    arrives: "sync",
    meaning: `refused: ${code}`,
    execution: "not_executed",
    retry: "never",
    otherChannel: "yes",
    guidance: `Do something about ${code}.`,
    docs: "https://example.com/docs",
    source: "made up for tests",
    read: "2026-01-01",
    ...facts,
  };
}

interface Input extends Readonly<Record<string, unknown>> {
  readonly to: string;
}

/** Makes one. Every host that is used with it must share its time. */
export function createLedgerProvider(host: Host, options: LedgerProviderOptions = {}): LedgerProvider {
  const errors = new Map(ledgerErrors.map((each) => [each.code, each]));
  const settleMs = options.settleMs ?? 2_000;
  const skewMs = options.skewMs ?? 0;
  const traits = (facts: Partial<OperationTraits>): OperationTraits => ({
    family: "send",
    effect: "create",
    doubt: "lookup",
    keyLifetimeMs: null,
    lookupSettleMs: settleMs,
    ordered: false,
    ...facts,
  });
  const operations: Record<string, Operation> = {};
  for (const [name, facts] of Object.entries({
    "create.lookup": traits({}),
    "create.deduplicate": traits({ doubt: "deduplicate", keyLifetimeMs: 86_400_000 }),
    "create.park": traits({ doubt: "park" }),
    put: traits({ family: "put", effect: "idempotent", doubt: "deduplicate" }),
    "consent.in": traits({ family: "consent", effect: "idempotent", doubt: "deduplicate", ordered: true }),
    "consent.out": traits({ family: "consent", effect: "idempotent", doubt: "deduplicate", ordered: true }),
  })) {
    operations[name] = operation(name, facts);
  }
  const provider: Provider = {
    name: options.provider ?? "ledger",
    baseUrl: "https://ledger.example.com",
    operations,
    errors,
    credentials: { type: "static", headers: {} },
    secrets: ["canary-secret"],
    webhooks: {
      read(request): WebhookReading {
        const text = new TextDecoder().decode(request.body);
        if (request.headers["signature"] !== "good")
          return { ok: false, reason: "bad_signature", message: "not signed by us" };
        try {
          return { ok: true, events: JSON.parse(text) as ReceiptEvent[] };
        } catch {
          return { ok: false, reason: "unreadable", message: "not JSON" };
        }
      },
    },
    probe: null,
    diagnosis: null,
    message: () => ({
      ok: false,
      failure: failure({
        kind: "invalid_request",
        execution: "not_executed",
        remedy: "fix_request",
        responsible: "caller",
        message: "none",
      }),
    }),
    explain: () => ({
      shape: "http",
      accepted: null,
      code: null,
      message: null,
      field: null,
      requestId: null,
      entry: null,
      retryAfterMs: null,
    }),
    statusPage: null,
  };
  const effects: Effect[] = [];
  const received: Received[] = [];
  const looks: string[] = [];
  const counts = new Map<string, number>();
  let generation = 0;

  const digest = (request: SendRequest): string => host.digest(JSON.stringify([request.operation, request.input]));

  const execute = (request: SendRequest, deadline: number): Effect => {
    const known = effects.find((effect) => effect.operationId === request.operationId);
    if (known !== undefined && request.operation === "create.deduplicate") return known;
    const effect: Effect = {
      operationId: request.operationId,
      operation: request.operation,
      providerId: `${options.name ?? "lg"}-${effects.length + 1}`,
      at: host.now() + skewMs,
      content: JSON.stringify(request.input),
      deadline,
    };
    effects.push(effect);
    return effect;
  };

  const lost = (mayHaveLeft: boolean, cause: "reset" | "timeout" | "refused" | "aborted"): AttemptReport => {
    const seen = {
      type: "transport",
      phase: mayHaveLeft ? "wait" : "connect",
      cause,
      systemCode: null,
      message: cause,
      mayHaveLeft,
      at: host.now(),
    } as const;
    return { outcome: classify(seen, null, traits({}), host.now()), status: null, requestId: null, phase: seen.phase };
  };

  const answered = (
    request: SendRequest,
    status: number,
    code: string | null,
    retryAfterMs: number | null,
  ): AttemptReport => {
    const operationTraits = operations[request.operation]?.traits ?? traits({});
    const seen = { type: "response", status, headers: {}, body: "", complete: true, at: host.now() } as const;
    const reading = {
      shape: "api",
      accepted: null,
      code,
      message: `+15551234567 was refused with canary-secret (${code ?? status})`,
      field: null,
      requestId: `rq-${received.length}`,
      entry: code === null ? null : (errors.get(code) ?? null),
      retryAfterMs,
    } as const;
    return {
      outcome: classify(seen, reading, operationTraits, host.now()),
      status,
      requestId: reading.requestId,
      phase: "done",
    };
  };

  const accepted = (effect: Effect): AttemptReport => ({
    outcome: {
      type: "accepted",
      providerId: effect.providerId,
      providerStatus: "queued",
      value: {},
      requestId: "rq",
      status: 201,
    },
    status: 201,
    requestId: "rq",
    phase: "done",
  });

  /** Waits by the sender's own clock; `aborted` when the caller gave up first. A dead process never hears. */
  const wait = async (ms: number, signal: AbortSignal): Promise<"over" | "aborted"> => {
    const born = generation;
    return new Promise((resolve) => {
      const cancel = host.after(ms, () => {
        if (born === generation) resolve("over");
      });
      signal.addEventListener("abort", () => {
        cancel();
        if (born === generation) resolve("aborted");
      });
    });
  };

  const sender: Sender = {
    traits: (name) => operations[name]?.traits ?? null,
    digest,
    async attempt(request, { timeoutMs, signal, deadline }) {
      const nth = (counts.get(request.operationId) ?? 0) + 1;
      counts.set(request.operationId, nth);
      const fate = ledger.fate(request, nth);
      if (fate.do === "refused") return lost(false, "refused");
      received.push({
        operationId: request.operationId,
        operation: request.operation,
        at: host.now(),
        digest: digest(request),
        key: request.idempotencyKey,
      });
      const delayMs = "delayMs" in fate ? (fate.delayMs ?? 0) : 0;
      switch (fate.do) {
        case "accept":
        case "accept_then_reset": {
          const effect = execute(request, deadline);
          if (delayMs > 0 && (await wait(Math.min(delayMs, timeoutMs), signal)) === "aborted")
            return lost(true, "aborted");
          if (delayMs > timeoutMs) return lost(true, "timeout");
          return fate.do === "accept" ? accepted(effect) : lost(true, "reset");
        }
        case "accept_late": {
          let effect: Effect | null = null;
          host.after(delayMs, () => {
            effect = execute(request, deadline);
          });
          if ((await wait(Math.min(delayMs, timeoutMs), signal)) === "aborted") return lost(true, "aborted");
          return effect === null ? lost(true, "timeout") : accepted(effect);
        }
        case "reset":
          if (delayMs > 0) await wait(delayMs, signal);
          return lost(true, "reset");
        case "throttle":
          return answered(request, 429, null, fate.retryAfterMs ?? null);
        case "fail":
          if (fate.done === true) execute(request, deadline);
          return answered(request, fate.status ?? 503, null, null);
        case "reject":
          return answered(request, fate.status ?? 400, fate.code ?? "bad", null);
        case "hang":
          if (fate.done === true) execute(request, deadline);
          return lost(true, (await wait(timeoutMs, signal)) === "over" ? "timeout" : "aborted");
        default:
          return fate satisfies never;
      }
    },
    async lookup(request) {
      looks.push(request.operationId);
      if (ledger.lookups === "fail") return { ok: false, outcome: answered(request, 503, null, null).outcome };
      const content = JSON.stringify(request.input);
      const candidates: Candidate[] = effects
        .filter((effect) => effect.content === content && effect.operation === request.operation)
        .map((effect) => ({
          providerId: effect.providerId,
          createdAt: Math.floor(effect.at / 1000) * 1000,
          providerStatus: "sent",
          code: null,
          value: null,
        }));
      return { ok: true, candidates, skewMs };
    },
    async poll(_operation, providerId) {
      return ledger.poll(providerId);
    },
    async probe() {
      return ledger.probe();
    },
  };

  const ledger: LedgerProvider = {
    account: {
      name: options.name ?? "lg",
      provider,
      sender,
      policy: { ...defaultPolicy, ...options.policy },
      ...(options.limits === undefined ? {} : { limits: options.limits }),
    },
    effects,
    received,
    looks,
    fate: () => ({ do: "accept" }),
    lookups: "work",
    probe: () => null,
    poll: () => null,
    disconnect() {
      generation += 1;
    },
  };
  return ledger;
}

function operation(name: string, facts: OperationTraits): Operation {
  const inputOf = (input: unknown): Input | null =>
    typeof input === "object" && input !== null && typeof (input as Input).to === "string" ? (input as Input) : null;
  return {
    name,
    traits: facts,
    prepare(input) {
      const read = inputOf(input);
      if (read !== null && read.to.startsWith("+")) return { ok: true, input: read };
      const defect = failure({
        kind: "invalid_request",
        execution: "not_executed",
        remedy: "fix_request",
        responsible: "caller",
        field: "to",
        message: "must be a number with a leading +",
      });
      return { ok: false, failure: defect, all: [defect] };
    },
    describe: (input) => ({
      method: "POST",
      url: `https://ledger.example.com/${name}?x=1`,
      headers: {},
      body: JSON.stringify(input),
    }),
    observe: () => ({
      shape: "api",
      accepted: null,
      code: null,
      message: null,
      field: null,
      requestId: null,
      entry: null,
      retryAfterMs: null,
    }),
    lookup: null,
    poll: {
      describe: (id) => ({ method: "GET", url: `https://ledger.example.com/${id}`, headers: {}, body: null }),
      read: () => null,
    },
    recipient: (input) => inputOf(input)?.to ?? null,
    sender: () => null,
    subject: (input) => inputOf(input)?.to ?? null,
  };
}
