import type { Call } from "./call-state.ts";
import { named } from "./call-state.ts";
/** Asking the provider about one call in doubt, with everything the call knows. */
import { settleDoubt } from "./doubt.ts";
import type { Settled } from "./doubt.ts";

/** How to ask. Instants are epoch milliseconds. */
interface Asked {
  /** The first look. */
  readonly at: number;
  readonly deadline: number;
  readonly signal: AbortSignal | null;
  /** See `Asking.patient`. */
  readonly patient: boolean;
}

/** Asks what became of the last attempt in doubt. Never rejects, never sends the operation. */
export async function ask(call: Call, { at, deadline, signal, patient }: Asked): Promise<Settled> {
  const { lastDoubt: last, doubtfulSince, line } = call;
  const { link, policy, known } = line;
  const { operation, input, context } = call.request;
  if (operation.lookup === null || last === null) return { type: "doubt", because: "the provider cannot be asked" };
  return settleDoubt(
    {
      lookup: operation.lookup,
      settleMs: operation.traits.lookupSettleMs,
      policy,
      input,
      context,
      firstStartedAt: doubtfulSince ?? last.startedAt,
      last,
      call,
    },
    {
      link,
      known,
      signal,
      at,
      deadline,
      patient,
      looked: (finding, because) => {
        line.on?.({ ...named(call), type: "doubt.looked", finding, because });
      },
    },
  );
}
