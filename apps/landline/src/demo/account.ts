/**
 * The reckoning: what the store says happened against what the provider's ledger says really happened.
 *
 * Pure. It believes neither side: an operation counts as accepted once only when the store says so *and* the ledger
 * holds exactly one effect for it.
 */

/** An operation as far as the reckoning needs it. */
export interface StoredOperation {
  readonly id: string;
  readonly state: string;
  readonly parked_reason: string | null;
  readonly failure: {
    readonly code: string | null;
    readonly kind: string;
    readonly guidance: string;
    readonly message: string;
  } | null;
}

/** Something that really happened at the provider. */
export interface LedgerEffect {
  readonly id: string;
  /** Our operation id as the provider saw it, or null. */
  readonly operationId: string | null;
}

/** The account of a run. */
export interface Account {
  readonly operations: number;
  readonly accepted_once: number;
  readonly parked: Readonly<Record<string, number>>;
  readonly cancelled: number;
  readonly expired: number;
  readonly duplicates: number;
  readonly lost: number;
}

const accepted = new Set(["accepted", "delivered", "undelivered"]);

/**
 * Reckons.
 * @param promised ids of operations that were answered with 202
 * @param operations what the store holds
 * @param effects what the provider really did
 */
export function reckon(
  promised: readonly string[],
  operations: readonly StoredOperation[],
  effects: readonly LedgerEffect[],
): Account {
  const effectsOf = new Map<string, number>();
  for (const effect of effects) {
    const key = effect.operationId ?? `unknown:${effect.id}`;
    effectsOf.set(key, (effectsOf.get(key) ?? 0) + 1);
  }
  const stored = new Map(operations.map((operation) => [operation.id, operation]));
  const parked: Record<string, number> = {};
  let once = 0;
  let cancelled = 0;
  let expired = 0;
  let lost = promised.filter((id) => !stored.has(id)).length;
  for (const operation of operations) {
    const done = effectsOf.get(operation.id) ?? 0;
    if (accepted.has(operation.state)) {
      if (done === 0) lost += 1;
      else once += 1;
    } else if (operation.state === "parked") {
      const reason = operation.parked_reason ?? "unknown";
      parked[reason] = (parked[reason] ?? 0) + 1;
      // Parked as certainly not sent, and yet it was: the worst lie of all.
      if (done > 0 && reason !== "doubt" && reason !== "undelivered") lost += 1;
    } else if (operation.state === "cancelled" || operation.state === "discarded") cancelled += 1;
    else if (operation.state === "expired") expired += 1;
    else lost += 1;
  }
  const duplicates = [...effectsOf].reduce(
    (sum, [key, count]) => sum + (key.startsWith("unknown:") ? count : count - 1),
    0,
  );
  return { operations: operations.length, accepted_once: once, parked, cancelled, expired, duplicates, lost };
}

/** Several runs as one account. */
export function summed(accounts: readonly Account[]): Account {
  const parked: Record<string, number> = {};
  for (const account of accounts)
    for (const [reason, count] of Object.entries(account.parked)) parked[reason] = (parked[reason] ?? 0) + count;
  const sum = (name: Exclude<keyof Account, "parked">): number =>
    accounts.reduce((total, account) => total + account[name], 0);
  return {
    operations: sum("operations"),
    accepted_once: sum("accepted_once"),
    parked,
    cancelled: sum("cancelled"),
    expired: sum("expired"),
    duplicates: sum("duplicates"),
    lost: sum("lost"),
  };
}
