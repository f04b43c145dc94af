/**
 * What befalls some lives and not others: a store that loses its past, people who opt out, sealed texts, people at work
 * in the review queue. Drawn from a source of its own, so that a life without any of it stays the life it was.
 */
import type { Random } from "../random.ts";
import { between } from "../random.ts";

/** A store that loses its past. Milliseconds after the beginning. */
export interface Loss {
  /** What comes later is not in the backup. */
  readonly keptAtMs: number;
  readonly lostAtMs: number;
  /**
   * `failover`: another server takes over under running processes, and the store says so itself. `backup`: everybody is
   * stopped, an old copy is put back that notices nothing, and a person says so.
   */
  readonly how: "failover" | "backup";
}

/** A word of a recipient to the provider. */
export interface Wish {
  readonly recipient: string;
  readonly out: boolean;
  readonly afterMs: number;
}

/** All of it. */
export interface Fate {
  readonly loss: Loss | null;
  readonly wishes: readonly Wish[];
  readonly isSealed: boolean;
  /** When somebody's consent is written down: given and withdrawn in turn, one after the other. */
  readonly consents: readonly { readonly operation: "consent.in" | "consent.out"; readonly afterMs: number }[];
  /** When somebody at a desk takes something from the queue. */
  readonly deskAtMs: readonly number[];
}

/** Whom operations are for. */
export const recipients = ["+15550000000", "+15550000001"] as const;

/** Draws. */
export function fateOf(random: Random): Fate {
  const keptAtMs = between(random, 2_000, 45_000);
  const lostAtMs = keptAtMs + between(random, 10, 14_000);
  const how: Loss["how"] = random() < 0.6 ? "failover" : "backup";
  const loss = random() < 0.2 ? { keptAtMs, lostAtMs, how } : null;
  const isSealed = random() < 0.15;
  const wishes: Wish[] = [];
  if (random() < 0.2) {
    const recipient = recipients[random() < 0.5 ? 0 : 1];
    const afterMs = between(random, 0, 30_000);
    wishes.push({ recipient, out: true, afterMs });
    if (random() < 0.4) wishes.push({ recipient, out: false, afterMs: afterMs + between(random, 1, 20_000) });
  }
  const acts = random() < 0.3 ? 1 + Math.floor(random() * 6) : 0;
  const deskAtMs = Array.from({ length: acts }, () => between(random, 1_000, 120_000));
  const words = random() < 0.25 ? 2 + Math.floor(random() * 3) : 0;
  const consents = Array.from({ length: words }, (_, index) => ({
    operation: index % 2 === 0 ? ("consent.in" as const) : ("consent.out" as const),
    afterMs: between(random, 0, 40_000),
  }));
  return { loss, wishes, isSealed, consents, deskAtMs };
}
