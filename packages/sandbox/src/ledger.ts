/**
 * The ledger: every request received and every effect that really happened, in order. The sandbox's truth.
 *
 * A checker compares a store with it, so it must not flatter: an effect is written when it happens, whatever the client
 * is told afterwards, and a refused request writes none. With a file, nobody is told anything before the entry is
 * synced, so a sandbox that is killed has never claimed more than its ledger.
 */
import type { Journal } from "./ledger-file.ts";

/** What a request turned out to be, as far as a checker cares. */
export interface RequestFacts {
  /** Epoch milliseconds at which it had been received whole. */
  readonly at: number;
  readonly provider: string;
  readonly operation: string;
  readonly method: string;
  /** Below the provider's base URL, with query. */
  readonly path: string;
  readonly to: string | null;
  readonly from: string | null;
  readonly idempotency_key: string | null;
  /** From `op=` in a callback URL, or `externalReference`. */
  readonly operation_id: string | null;
  readonly body_sha256: string;
  readonly body_bytes: number;
}

/** What the client was told. */
export interface Told {
  /** The status sent, or null when none was. */
  readonly status: number | null;
  /** `answer`, or how it ended without a whole one. `gone`: the client left first. */
  readonly ending: "answer" | "reset" | "hang" | "truncate" | "gone";
  /** Index of the fault rule that shaped the answer, or null. */
  readonly rule: number | null;
}

/** A received request. */
export interface RequestEntry extends RequestFacts {
  readonly seq: number;
  readonly type: "request";
  /** Null while it is not answered. */
  answer: Told | null;
}

/** What a fake provider says about an effect. */
export interface Effect {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly operation: string;
  /** The provider's id of what was created or changed. */
  readonly id: string;
  readonly to: string | null;
  readonly from: string | null;
  /** Everything needed to build the state again. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** Something that really happened. */
export interface EffectEntry extends Effect {
  readonly seq: number;
  readonly type: "effect";
  /** `seq` of the request that caused it. */
  readonly request: number;
  readonly provider: string;
  readonly idempotency_key: string | null;
  readonly operation_id: string | null;
  readonly body_sha256: string;
}

/** One line of the ledger. */
export type LedgerEntry = RequestEntry | EffectEntry;

/** The ledger of one sandbox. */
export interface Ledger {
  entries(): readonly LedgerEntry[];
  effects(): readonly EffectEntry[];
  request(facts: RequestFacts): RequestEntry;
  effect(cause: RequestEntry, effect: Effect): EffectEntry;
  told(request: RequestEntry, told: Told): void;
  /** Null when everything is as safe as it gets; otherwise resolves when all entries so far are on disk. */
  durable(): Promise<void> | null;
  reset(): void;
  close(): Promise<void>;
}

/**
 * Opens a ledger.
 * @param journal where entries are kept besides memory; null: nowhere
 * @param past entries read back from the journal
 */
export function openLedger(journal: Journal | null, past: readonly LedgerEntry[]): Ledger {
  let entries: LedgerEntry[] = [...past];
  let effects: EffectEntry[] = entries.filter((entry) => entry.type === "effect");
  let seq = entries.at(-1)?.seq ?? 0;
  return {
    entries: () => entries,
    effects: () => effects,
    request(facts) {
      const entry: RequestEntry = { seq: ++seq, type: "request", ...facts, answer: null };
      entries.push(entry);
      journal?.append(entry);
      return entry;
    },
    effect(cause, effect) {
      const { provider, idempotency_key, operation_id, body_sha256 } = cause;
      const entry: EffectEntry = {
        seq: ++seq,
        type: "effect",
        request: cause.seq,
        provider,
        ...effect,
        idempotency_key,
        operation_id,
        body_sha256,
      };
      entries.push(entry);
      effects.push(entry);
      journal?.append(entry);
      return entry;
    },
    told(request, told) {
      request.answer = told;
      journal?.append({ type: "answer", request: request.seq, ...told });
    },
    durable: () => journal?.durable() ?? null,
    reset() {
      entries = [];
      effects = [];
      seq = 0;
      journal?.append({ type: "reset" });
    },
    close: async () => journal?.close(),
  };
}
