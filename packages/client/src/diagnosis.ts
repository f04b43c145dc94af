/**
 * Asking the provider why it refused (Red Cloud's `whoami` and `numbers` after a 403), so that the guidance can name the
 * owner. The answers are about the account, not about one request: they are asked for once and serve for a minute,
 * however many operations are refused meanwhile. When asking fails, the failure stays as it was.
 */
import type { Failure, Observation } from "@landline/core";
import type { Limits } from "./exchange.ts";
import { inTime } from "./in-time.ts";
import type { Link } from "./link.ts";

/** See the module comment. */
export interface Diagnoses {
  /** The same failure, with better guidance where the provider has more to say. Never rejects. */
  explain(failure: Failure, input: unknown, limits: Limits): Promise<Failure>;
}

const servesMs = 60_000;
const timeoutMsMax = 5_000;

/** The diagnoses of one account, or null when its provider has none. */
export function createDiagnoses(link: Link): Diagnoses | null {
  const { provider, clock } = link;
  const { diagnosis } = provider;
  if (diagnosis === null) return null;
  let asked: { readonly at: number; readonly answers: Promise<readonly Observation[]> } | null = null;

  const ask = async (): Promise<readonly Observation[]> => {
    const exchanges = diagnosis
      .describe()
      .map((request) => link.exchange(request, { timeoutMs: timeoutMsMax, signal: null }));
    return (await Promise.all(exchanges)).filter((seen) => seen.type !== "unauthorised");
  };

  return {
    explain: async (failure, input, limits) => {
      try {
        if (!diagnosis.applies(failure)) return failure;
        const now = clock.now();
        if (asked === null || now - asked.at > servesMs) asked = { at: now, answers: ask().catch(() => []) };
        const answers = await inTime(asked.answers, { ...limits, timeoutMs: Math.max(0, limits.timeoutMs) }, clock);
        if (typeof answers === "string") return failure;
        if (!answers.every((answer) => answer.type === "response" && answer.status < 300)) asked = null;
        return diagnosis.read(failure, input, answers);
      } catch {
        return failure;
      }
    },
  };
}
