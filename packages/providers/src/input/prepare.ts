/** From anything to a checked and completed input, or every reason why not. */
import type { Prepared } from "@landline/core";
import { isRecord } from "@landline/core";
import type { Defect, FieldRules } from "./rules.ts";
import { defectFailure, defectsOf } from "./rules.ts";

/** What an operation demands of its input. */
export interface Demands {
  readonly rules: FieldRules;
  readonly required: readonly string[];
  /** Rules that concern several fields; asked with the completed input, whatever else is wrong with it. */
  readonly across?: (input: Record<string, unknown>) => readonly Defect[];
  /** Fields to add from the account's configuration, or null for none. */
  readonly defaults?: (input: Record<string, unknown>) => Record<string, unknown> | null;
  /** Where the rules are documented. */
  readonly docs: string;
}

/** Completes and checks an input. Never throws; equal inputs give equal results. */
export function prepared<Input>(input: unknown, demands: Demands): Prepared<Input> {
  const defaults = isRecord(input) ? (demands.defaults?.(input) ?? null) : null;
  const completed: unknown = defaults === null ? input : { ...(input as object), ...defaults };
  const single = defectsOf(completed, demands.rules, demands.required);
  const several = isRecord(completed) ? (demands.across?.(completed) ?? []) : [];
  if (single.length === 0 && several.length === 0) return { ok: true, input: completed as Input };
  const all = [...single, ...several].map((defect) => defectFailure(defect, demands.docs));
  const [failure] = all;
  return failure === undefined ? { ok: true, input: completed as Input } : { ok: false, failure, all };
}
