/**
 * What a field of a provider's operation may hold, as data, and the one function that holds an input against it.
 *
 * Providers list their fields in the order of their pages; everything that is certain about a value (its type, its
 * length, its form) is a rule here, and what depends on several fields is added by the operation itself. Every defect
 * of an input is reported, not only the first.
 */
import type { Failure } from "@landline/core";
import { failure, isRecord } from "@landline/core";

/** What is wrong with one field. The message is a sentence without its subject. */
export interface Defect {
  readonly field: string;
  readonly message: string;
}

/** One field's rule. Limits are inclusive; `max` of a text counts UTF-16 units, as providers do or more strictly. */
export type FieldRule =
  | { readonly type: "text"; readonly max?: number; readonly empty?: boolean; readonly form?: Form }
  | {
      readonly type: "integer";
      readonly min: number;
      readonly max: number;
      /** A JSON number is asked for, so digits as text are refused. Forms do not know the difference. */
      readonly json?: boolean;
    }
  | { readonly type: "number"; readonly min: number; readonly max: number; readonly json?: boolean }
  | { readonly type: "flag" }
  | { readonly type: "choice"; readonly of: readonly string[] }
  | { readonly type: "list"; readonly of: FieldRule; readonly max: number }
  /** A map of texts under the caller's own names. */
  | { readonly type: "texts" }
  /** Fields within a field; what is wrong inside is named by its path (`address.locality`). */
  | { readonly type: "record"; readonly rules: FieldRules; readonly required: readonly string[] };

/** A form a text must have: answers null, or what is wrong. */
export type Form = (text: string) => string | null;

/** Rules by field name, in the order in which a request writes them. */
export type FieldRules = Readonly<Record<string, FieldRule>>;

/**
 * Holds an input against rules.
 * @param input what a caller gave; anything
 * @param required names that must be there
 * @returns every defect, in the order of the rules; unknown fields last
 */
export function defectsOf(input: unknown, rules: FieldRules, required: readonly string[]): readonly Defect[] {
  if (!isRecord(input)) return [{ field: "", message: "must be an object of fields" }];
  const defects: Defect[] = [];
  for (const field of required) if (isAbsent(input[field])) defects.push({ field, message: "is required" });
  for (const field of Object.keys(input)) {
    const value = input[field];
    if (isAbsent(value)) continue;
    const rule = Object.hasOwn(rules, field) ? rules[field] : undefined;
    if (rule === undefined) defects.push({ field, message: unknownField(field, rules) });
    else defects.push(...defectsIn(field, value, rule));
  }
  return defects;
}

function defectsIn(field: string, value: unknown, rule: FieldRule): readonly Defect[] {
  if (rule.type === "record") {
    return defectsOf(value, rule.rules, rule.required).map((inner) => ({
      ...inner,
      field: inner.field === "" ? field : `${field}.${inner.field}`,
    }));
  }
  if (rule.type === "list" && rule.of.type === "record") {
    const { of, max } = rule;
    // One text may stand for a list of one; one object may not.
    if (!Array.isArray(value) || value.length > max)
      return [{ field, message: `must be a list of at most ${max} entries` }];
    return value.flatMap((each, index) => defectsIn(`${field}[${index}]`, each, of));
  }
  const message = faultOf(value, rule);
  return message === null ? [] : [{ field, message }];
}

/** Whether a field counts as not given. */
export function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

/** A defect as the failure of an operation that was never sent. */
export function defectFailure(defect: Defect, docs: string): Failure {
  const field = defect.field === "" ? null : nameable(defect.field);
  return failure({
    kind: "invalid_request",
    execution: "not_executed",
    remedy: "fix_request",
    responsible: "caller",
    field,
    message: `${field ?? "The input"} ${defect.message}`,
    guidance: `Correct ${field ?? "the input"} and send it as a new operation. Nothing was sent.`,
    docs,
  });
}

/** A caller's field name may be anything; what is shown of it is short and plain. */
function nameable(field: string): string {
  return /^[\w:.[\]-]{1,64}$/.test(field) ? field : "(an unnameable field)";
}

function faultOf(value: unknown, rule: FieldRule): string | null {
  switch (rule.type) {
    case "text":
      return textFault(value, rule);
    case "integer":
    case "number":
      return numberFault(value, rule);
    case "flag":
      return typeof value === "boolean" || value === "true" || value === "false" ? null : "must be true or false";
    case "choice":
      return typeof value === "string" && rule.of.includes(value) ? null : `must be one of ${rule.of.join(", ")}`;
    case "list":
      return listFault(value, rule);
    case "texts":
      return isRecord(value) && Object.values(value).every((each) => typeof each === "string")
        ? null
        : "must be an object whose values are texts";
    case "record":
      return isRecord(value) ? null : "must be an object of fields";
    default:
      return rule satisfies never;
  }
}

function textFault(value: unknown, rule: Extract<FieldRule, { type: "text" }>): string | null {
  if (typeof value !== "string") return "must be a text";
  if (value === "" && rule.empty !== true) return "must not be empty";
  if (rule.max !== undefined && value.length > rule.max) {
    return `must have at most ${rule.max} characters, not ${value.length}`;
  }
  return rule.form === undefined ? null : rule.form(value);
}

function numberFault(value: unknown, rule: Extract<FieldRule, { type: "integer" | "number" }>): string | null {
  const written =
    rule.json !== true && typeof value === "string" && /^\d{1,9}(\.\d{1,6})?$/.test(value) ? Number(value) : value;
  const fits = typeof written === "number" && written >= rule.min && written <= rule.max;
  if (fits && (rule.type === "number" || Number.isInteger(written))) return null;
  return `must be a ${rule.type === "integer" ? "whole number" : "number"} from ${rule.min} to ${rule.max}`;
}

function listFault(value: unknown, rule: Extract<FieldRule, { type: "list" }>): string | null {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (values.length === 0) return "must not be an empty list";
  if (values.length > rule.max) return `must have at most ${rule.max} entries, not ${values.length}`;
  for (const [index, each] of values.entries()) {
    const message = faultOf(each, rule.of);
    if (message !== null) return values.length === 1 ? message : `[${index}] ${message}`;
  }
  return null;
}

/** Providers that ignore unknown fields turn a typing error into a silent loss; so it is refused here. */
function unknownField(field: string, rules: FieldRules): string {
  const folded = fold(field);
  const close = Object.keys(rules).find((known) => fold(known) === folded);
  return close === undefined
    ? "is not a field of this operation"
    : `is not a field of this operation; meant is ${close}`;
}

function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}
