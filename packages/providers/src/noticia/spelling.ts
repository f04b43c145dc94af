/**
 * Noticia's pages write names in snake_case and in camelCase. An input is read in the spelling it is written in, held
 * against the same rules, and sent as it stands; one that mixes the two is refused, because an endpoint that reads only
 * one of them would lose the other half without a word.
 */
import { isRecord } from "@landline/core";
import type { Prepared } from "@landline/core";
import { prepared } from "../input/prepare.ts";
import type { Demands } from "../input/prepare.ts";
import type { FieldRule, FieldRules } from "../input/rules.ts";

/** The two ways to write a name. */
type Spelling = "snake" | "camel";

/** What an operation demands, in snake_case, and the spelling of its own page. */
export interface SpelledDemands extends Pick<Demands, "docs"> {
  readonly rules: FieldRules;
  readonly required: readonly string[];
  /** For inputs that show neither spelling. */
  readonly usual: Spelling;
}

/** `phone_number` as `phoneNumber`. */
export function camelName(name: string): string {
  return name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Makes the check of an operation's inputs. */
export function spelledPrepare<Input>(demands: SpelledDemands): (input: unknown) => Prepared<Input> {
  const { rules, required, usual, docs } = demands;
  const by: Readonly<Record<Spelling, Demands>> = {
    snake: { rules, required, docs },
    camel: { rules: camelRules(rules), required: required.map(camelName), docs },
  };
  return (input) => prepared<Input>(input, by[spellingOf(input, rules) ?? usual]);
}

/** Reads a top-level field in whichever spelling it was written. */
export function fieldOf(input: object, name: string): unknown {
  const fields = input as Readonly<Record<string, unknown>>;
  return fields[name] ?? fields[camelName(name)];
}

/** A text field, or null. */
export function textField(input: object, name: string): string | null {
  const value = fieldOf(input, name);
  return typeof value === "string" && value !== "" ? value : null;
}

function camelRules(rules: FieldRules): FieldRules {
  return Object.fromEntries(Object.entries(rules).map(([name, rule]) => [camelName(name), camelRule(rule)]));
}

function camelRule(rule: FieldRule): FieldRule {
  if (rule.type === "list") return { ...rule, of: camelRule(rule.of) };
  if (rule.type !== "record") return rule;
  return { ...rule, rules: camelRules(rule.rules), required: rule.required.map(camelName) };
}

/** The spelling of the first name that has one; null when none has. The caller's own names in maps are not looked at. */
function spellingOf(value: unknown, rules: FieldRules): Spelling | null {
  if (!isRecord(value)) return null;
  for (const [name, rule] of Object.entries(rules)) {
    const camel = camelName(name);
    if (camel !== name && isGiven(value, name)) return "snake";
    if (camel !== name && isGiven(value, camel)) return "camel";
    const inner = value[name] ?? value[camel];
    const found = spellingWithin(inner, rule);
    if (found !== null) return found;
  }
  return null;
}

function spellingWithin(value: unknown, rule: FieldRule): Spelling | null {
  if (rule.type === "record") return spellingOf(value, rule.rules);
  if (rule.type !== "list" || rule.of.type !== "record" || !Array.isArray(value)) return null;
  return spellingOf(value[0], rule.of.rules);
}

function isGiven(value: Record<string, unknown>, name: string): boolean {
  return value[name] !== undefined && value[name] !== null;
}
