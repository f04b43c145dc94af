/** Checking one account of a configuration with the same rules as an input. Values of secrets are never repeated. */
import type { ConfigFault } from "@landline/core";
import { isRecord } from "@landline/core";
import type { Defect, FieldRules } from "./rules.ts";
import { defectsOf, isAbsent } from "./rules.ts";

/** What a provider needs of its account's configuration. */
export interface AccountRules {
  readonly rules: FieldRules;
  readonly required: readonly string[];
  /** Rules that concern several keys at once. */
  readonly across?: (config: Record<string, unknown>) => readonly Defect[];
}

/** Every fault of an account, each with its path. */
export function configFaults(config: unknown, path: string, account: AccountRules): readonly ConfigFault[] {
  const rules: FieldRules = { provider: { type: "text" }, ...account.rules };
  const defects = [
    ...defectsOf(config, rules, account.required),
    ...(isRecord(config) ? (account.across?.(config) ?? []) : []),
  ];
  return defects.map(({ field, message }) => ({
    path: field === "" ? path : `${path}.${field}`,
    message: message.replace("a field of this operation", "known here"),
  }));
}

/** Whether a key was given. */
export function isGiven(config: Record<string, unknown>, key: string): boolean {
  return !isAbsent(config[key]);
}
