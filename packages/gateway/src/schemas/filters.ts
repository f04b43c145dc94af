/**
 * The filters of a list, from a query string or from the `query` of bulk work. What is not known is refused, so that a
 * mistyped filter never selects everything.
 */
import { failureKinds, operationClasses, operationStates, parkedReasons } from "@landline/core";
import type { OperationState, StoredState } from "@landline/core";
import type { ListFilter } from "@landline/outbox";
import { invalid } from "../reply.ts";
import { openCursor } from "./cursor.ts";
import { parseInstant } from "./instant.ts";
import { textLengthMax } from "./operation-request.ts";
import type { Read } from "./reading.ts";

/** What a list can be asked for. */
export type OperationFilter = ListFilter & { readonly held?: boolean };

/** Filters by their names on the wire. */
const filterNames = [
  "state",
  "account",
  "operation",
  "reference",
  "to",
  "code",
  "kind",
  "class",
  "parked_reason",
  "assignee",
  "snoozed",
  "created_after",
  "created_before",
  "q",
] as const;

/** See {@link filterNames}. */
type FilterName = (typeof filterNames)[number];

/** Reads filters; `value` holds texts, and for `state` a text, a comma-separated text or a list. */
export function readFilters(value: Readonly<Record<string, unknown>>, path = ""): Read<OperationFilter> {
  const filter: OperationFilter = {};
  for (const [name, given] of Object.entries(value)) {
    if (given === undefined || given === null) continue;
    if (!isFilterName(name)) return refuse(`${path}${name}`, `is not a filter; filters are ${filterNames.join(", ")}`);
    const reading = readFilter(name, given);
    if (typeof reading === "string") return refuse(`${path}${name}`, reading);
    Object.assign(filter, reading);
  }
  return { ok: true, value: filter };
}

/** The part of the filter a name stands for, or why the value is refused. */
function readFilter(name: FilterName, given: unknown): OperationFilter | string {
  switch (name) {
    case "state":
      return readStates(given);
    case "created_after":
    case "created_before": {
      const at = parseInstant(given);
      if (at === null) return "must be an RFC 3339 instant such as 2026-01-31T12:00:00Z";
      return name === "created_after" ? { createdAfter: at } : { createdBefore: at };
    }
    case "kind":
      return oneOf(failureKinds, given, (kind) => ({ kind }));
    case "class":
      return oneOf(operationClasses, given, (urgency) => ({ class: urgency }));
    case "parked_reason":
      return oneOf(parkedReasons, given, (parkedReason) => ({ parkedReason }));
    case "assignee":
      return text(given, (assignee) => ({ assignee: assignee === "none" ? null : assignee }));
    case "snoozed":
      return given === true || given === "true"
        ? { snoozed: true }
        : given === false || given === "false"
          ? { snoozed: false }
          : "must be true or false";
    case "code":
      return text(typeof given === "number" ? String(given) : given, (code) => ({ code }));
    case "to":
      return text(withPlus(given), (recipient) => ({ recipient }));
    case "account":
      return text(given, (account) => ({ account }));
    case "operation":
      return text(given, (operation) => ({ operation }));
    case "reference":
      return text(given, (reference) => ({ reference }));
    case "q":
      return text(withPlus(given), (q) => ({ q }));
    default:
      return name satisfies never;
  }
}

/** A `+` that was not encoded arrives as a space; no number begins with one. */
function withPlus(given: unknown): unknown {
  return typeof given === "string" ? given.replace(/^((?:[a-z]+:)?) (?=\d)/i, "$1+") : given;
}

function readStates(given: unknown): OperationFilter | string {
  const names = typeof given === "string" ? given.split(",") : Array.isArray(given) ? given : null;
  const expected = `must be one or more of ${operationStates.join(", ")}`;
  if (names === null || names.length === 0 || names.length > operationStates.length || !names.every(isState))
    return expected;
  if (!names.includes("held")) return { states: names as StoredState[], held: false };
  return names.length === 1 ? { held: true } : "held cannot be combined with other states";
}

function isState(value: unknown): value is OperationState {
  return (operationStates as readonly unknown[]).includes(value);
}

function isFilterName(name: string): name is FilterName {
  return (filterNames as readonly string[]).includes(name);
}

function oneOf<T extends string>(
  names: readonly T[],
  given: unknown,
  make: (value: T) => OperationFilter,
): OperationFilter | string {
  const found = names.find((name) => name === given);
  return found === undefined ? `must be one of ${names.join(", ")}` : make(found);
}

function text(given: unknown, make: (value: string) => OperationFilter): OperationFilter | string {
  if (typeof given !== "string" || given.length === 0 || given.length > textLengthMax)
    return `must be a text of 1 to ${textLengthMax} characters`;
  return given.includes("\u0000") ? "must not contain U+0000" : make(given);
}

/** The refusal of a parameter or member. */
export function refuse(
  field: string,
  message: string,
): { readonly ok: false; readonly problem: ReturnType<typeof invalid> } {
  return { ok: false, problem: invalid(field, `${field} ${message}`) };
}

/** A page of a list. */
export interface PageRequest {
  readonly limit: number;
  readonly cursor: string | null;
}

/** Splits a query string into page and the rest; every name at most once. */
export function readQuery(
  query: string,
): Read<{ readonly page: PageRequest; readonly rest: Readonly<Record<string, string>> }> {
  const rest: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    if (Object.hasOwn(rest, name)) return refuse(name, "is given twice");
    if (name === "__proto__") return refuse(name, "is not known");
    rest[name] = value;
  }
  const { limit = "50", cursor, ...filters } = rest;
  if (!/^\d{1,3}$/.test(limit) || Number(limit) < 1 || Number(limit) > 200)
    return refuse("limit", "must be a number from 1 to 200");
  const opened = cursor === undefined ? null : openCursor(cursor);
  if (cursor !== undefined && opened === null) return badCursor();
  return { ok: true, value: { page: { limit: Number(limit), cursor: opened }, rest: filters } };
}

/** The refusal of a cursor that is not ours. */
export function badCursor(): { readonly ok: false; readonly problem: ReturnType<typeof invalid> } {
  return refuse("cursor", "is not one that this list gave");
}

/** A query that may have no parameters at all, or only these. */
export function readParameters(query: string, names: readonly string[]): Read<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    if (!names.includes(name)) return refuse(name, "is not known");
    if (Object.hasOwn(found, name)) return refuse(name, "is given twice");
    found[name] = value;
  }
  return { ok: true, value: found };
}
