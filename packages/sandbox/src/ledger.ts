/**
 * The ledger: every request received and every effect that really happened, in order. The sandbox's truth.
 *
 * A checker compares a store with it, so it must not flatter: an effect is written when it happens, whatever the client
 * is told afterwards, and a refused request writes none. With a file, nobody is told anything before the entry is
 * synced, so a sandbox that is killed has never claimed more than its ledger.
 */
import type { Effect, EffectEntry, LedgerEntry, RequestEntry, RequestFacts, Told } from "./ledger-entry.ts";
import type { Journal } from "./ledger-file.ts";

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
