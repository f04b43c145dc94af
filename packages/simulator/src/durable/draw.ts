/** What a seed draws: who asks for what, how bad the weather is, how unlucky the provider. */
import type { Guarantee } from "@landline/core";
import type { Random } from "../random.ts";
import { between } from "../random.ts";
import { recipients } from "./fate.ts";
import type { Fate } from "./fate.ts";
import type { Misfortune } from "./provider.ts";
import type { Weather } from "./store-wire.ts";

/** What a caller wants, and under which key. Asked again it is the same to the letter. */
export interface Order {
  readonly operation: string;
  readonly input: { readonly to: string; readonly text: string };
  readonly idempotencyKey: string;
  readonly guarantee: Guarantee;
  /** Milliseconds after the beginning. */
  readonly afterMs: number;
  /** Epoch milliseconds, or null. */
  readonly deadline: number | null;
}

const kinds = ["create.lookup", "create.lookup", "create.deduplicate", "create.park"] as const;

/** One to eight orders; a third of them have a twin that says the same. */
export function ordersOf(random: Random, startAt: number): readonly Order[] {
  const count = 1 + Math.floor(random() * 8);
  return Array.from({ length: count }, (_, number): Order => {
    const operation = kinds[Math.floor(random() * kinds.length)] ?? "create.lookup";
    const text = random() < 0.35 ? "the same" : `text ${number}`;
    const dice = random();
    const guarantee = dice < 0.85 ? "once" : dice < 0.95 ? "at-most-once" : "at-least-once";
    const afterMs = between(random, 0, 40_000);
    const deadline = random() < 0.7 ? null : startAt + afterMs + (random() < 0.5 ? 8_000 : 60_000);
    const to = recipients[Math.floor(random() * recipients.length)] ?? recipients[0];
    const input = { to, text: `${guarantee} ${text}` };
    return { operation, input, idempotencyKey: `k${number}`, guarantee, afterMs, deadline };
  });
}

/** Orders that write down somebody's consent: each is another word of the same person, and their order matters. */
export function consentsOf(fate: Fate): readonly Order[] {
  return fate.consents.map(({ operation, afterMs }, number) => ({
    operation,
    input: { to: recipients[0], text: `word ${number}` },
    idempotencyKey: `c${number}`,
    guarantee: "once",
    afterMs,
    deadline: null,
  }));
}

/** Clear skies. */
export const clear: Weather = { refused: 0, lostAnswers: 0, slow: 0 };

/** A way to the store that is bad in some respects. */
export function weatherOf(random: Random): Weather {
  const some = (most: number): number => (random() < 0.5 ? 0 : random() * most);
  return { refused: some(0.1), lostAnswers: some(0.1), slow: some(0.1) };
}

/** A provider in good health. */
export const healthy: Misfortune = {
  refused: 0,
  lostBefore: 0,
  lostAfter: 0,
  late: 0,
  throttled: 0,
  failed: 0,
  rejected: 0,
  blind: 0,
  silent: 0.5,
};

/** A provider that is unwell in some respects. */
export function misfortuneOf(random: Random): Misfortune {
  const some = (most: number): number => (random() < 0.4 ? 0 : random() * most);
  return {
    refused: some(0.2),
    lostBefore: some(0.4),
    lostAfter: some(0.3),
    late: some(0.3),
    throttled: some(0.2),
    failed: some(0.2),
    rejected: some(0.1),
    blind: some(0.5),
    silent: random(),
  };
}
