/**
 * What one client knows of its own creating calls, so that a look at the provider does not take one call's message for
 * another's: provider ids that already belong to a call, and equal calls that are still under way or in doubt.
 */
import type { Candidate } from "@landline/core";
import { canonicalJson } from "@landline/core";

/** A creating call under way. */
export interface CallUnderWay {
  readonly operation: string;
  readonly input: unknown;
  /** Epoch milliseconds of the first attempt in doubt; null while there is no doubt. */
  doubtfulSince: number | null;
}

const generationMax = 8_192;

/** See the module comment. Remembers at least the last 8,192 ids and at most twice as many. */
export class CallsUnderWay {
  readonly #calls = new Set<CallUnderWay>();
  #young = new Set<string>();
  #old = new Set<string>();

  begin(call: CallUnderWay): void {
    this.#calls.add(call);
  }

  end(call: CallUnderWay): void {
    this.#calls.delete(call);
  }

  /** A provider id that belongs to a call from now on. */
  own(providerId: string): void {
    if (this.#young.size >= generationMax) {
      this.#old = this.#young;
      this.#young = new Set();
    }
    this.#young.add(providerId);
  }

  /** Ids among the candidates that belong to calls of this client. */
  ownedOf(candidates: readonly Candidate[]): ReadonlySet<string> {
    const ids = candidates.map(({ providerId }) => providerId);
    return new Set(ids.filter((id) => this.#young.has(id) || this.#old.has(id)));
  }

  /** Equal calls besides this one. */
  twinsOf(call: CallUnderWay): readonly CallUnderWay[] {
    const own = canonicalJson(call.input);
    return [...this.#calls].filter(
      (other) => other !== call && other.operation === call.operation && canonicalJson(other.input) === own,
    );
  }
}
