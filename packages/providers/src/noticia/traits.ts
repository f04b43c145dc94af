/**
 * How Noticia's writes behave in doubt. Every one may be repeated with its key; they differ in how long that holds.
 * @see https://docs.sms.noticia.ai/guides/idempotency/
 */
import type { OperationTraits } from "@landline/core";

/** Noticia forgets an `Idempotency-Key` after a day. */
const keyLifetimeMs = 86_400_000;

const shared = { doubt: "deduplicate", lookupSettleMs: 0, ordered: false } as const;

/** Sets a state under a business key (`external_id`): a repeat does no harm, even months later. */
export function upsert(family: string): OperationTraits {
  return { ...shared, family, effect: "idempotent", keyLifetimeMs: null };
}

/** Happens once for each business key (`external_id`), for ever. */
export function onceForEachBusinessKey(family: string): OperationTraits {
  return { ...shared, family, effect: "create", keyLifetimeMs: null };
}

/** Sets a state without a business key. */
export function setting(family: string): OperationTraits {
  return { ...shared, family, effect: "idempotent", keyLifetimeMs };
}

/**
 * Consent. It looks like setting a state, but a repeat after a newer write would turn that one back; so it counts as
 * creating, is trusted to a repeat only while the key lives, and runs in order for each number.
 */
export const consent: OperationTraits = {
  ...shared,
  family: "subscriptions",
  effect: "create",
  keyLifetimeMs,
  ordered: true,
};
