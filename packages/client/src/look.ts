/**
 * Asking the provider what became of an operation in doubt: all pages of its answer, the candidates on them, and how far
 * its clock is from ours. An answer with pages missing is no answer: an absence must be seen, not assumed.
 */
import type { Candidate, Failure, Lookup, Outcome, RequestContext } from "@landline/core";
import { failure } from "@landline/core";
import type { Limits } from "./exchange.ts";
import type { Link } from "./link.ts";

/** What a look brought. Fits the outbox's port. */
export type LookupReport =
  | {
      readonly ok: true;
      readonly candidates: readonly Candidate[];
      /** Provider clock minus ours, in milliseconds. */
      readonly skewMs: number;
    }
  | { readonly ok: false; readonly outcome: Outcome };

const pagesMax = 20;

/** Looks once. Never rejects. */
export async function look(
  link: Link,
  lookup: Lookup<unknown>,
  input: unknown,
  context: RequestContext,
  limits: Limits,
): Promise<LookupReport> {
  const { clock } = link;
  const until = clock.monotonic() + limits.timeoutMs;
  const candidates: Candidate[] = [];
  let skewMs: number | null = null;
  try {
    let page = lookup.describe(input, context);
    for (let count = 0; count < pagesMax; count += 1) {
      const asked = clock.now();
      const seen = await link.exchange(page, {
        timeoutMs: until - clock.monotonic(),
        signal: limits.signal,
      });
      if (seen.type === "unauthorised") return { ok: false, outcome: seen.outcome };
      const now = clock.now();
      const reading = lookup.read(seen, input, now);
      if (!reading.ok) return { ok: false, outcome: reading.outcome };
      candidates.push(...reading.candidates);
      // Half-way between asking and hearing is when the provider looked at its clock, as far as anyone can tell.
      if (skewMs === null && reading.providerNow !== null) skewMs = reading.providerNow - (asked + now) / 2;
      if (reading.next === null) return { ok: true, candidates, skewMs: Math.round(skewMs ?? 0) };
      page = reading.next;
    }
    return { ok: false, outcome: unusable(`the provider's list is longer than ${pagesMax} pages`) };
  } catch (defect) {
    return { ok: false, outcome: unusable(defect instanceof Error ? defect.message : "the look-up failed") };
  }
}

/** A look changes nothing at the provider, so not knowing is simply "not now". */
function unusable(message: string): Outcome {
  const reason: Failure = failure({
    kind: "internal",
    execution: "not_executed",
    remedy: "retry",
    responsible: "operator",
    message,
    guidance: "The provider could not be asked what it did. Look in its console.",
  });
  return { type: "unavailable", failure: reason, retryAt: null };
}
