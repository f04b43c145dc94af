/**
 * The body of `POST /v1/operations`, read by hand: this is the one body whose reading decides how many operations a
 * core can take per second. `operation-request.schema.ts` describes the same body to people and to OpenAPI, and a
 * property test holds the two together.
 */
import type { Guarantee, OperationClass, PolicyInput } from "@landline/core";
import { guarantees, isRecord, operationClasses } from "@landline/core";
import type { FallbackStep } from "@landline/outbox";
import { parseInstant } from "./instant.ts";
import { readPolicy } from "./policy-input.ts";
import type { Read } from "./reading.ts";
import { fault } from "./reading.ts";

/** Longest reference, subject, account and operation name, in UTF-16 code units. */
export const textLengthMax = 255;
/** Most steps of a fallback chain. */
export const fallbackStepsMax = 10;
/** Largest metadata, in characters of JSON. */
export const metadataLengthMax = 16_384;

/** What every request for an operation may say, however it names its recipient. */
export interface OperationOptions {
  readonly reference: string | null;
  readonly deadline: number | null;
  readonly notBefore: number | null;
  readonly class: OperationClass | undefined;
  readonly guarantee: Guarantee | undefined;
  readonly subject: string | null;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly policy: PolicyInput | null;
}

/** A request for one operation. */
export interface OperationRequest extends OperationOptions {
  readonly account: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly fallback: readonly FallbackStep[];
}

/** Names of the options, as they are on the wire. */
export const optionNames = [
  "reference",
  "deadline",
  "not_before",
  "class",
  "guarantee",
  "subject",
  "metadata",
  "policy",
] as const;

const known: ReadonlySet<string> = new Set(["account", "operation", "input", "fallback", ...optionNames]);
const stepNames: ReadonlySet<string> = new Set(["account", "operation", "input"]);

/**
 * Reads the body.
 * @param extra one more name that is allowed and left to the caller (`idempotency_key` in a batch)
 */
export function readOperationRequest(value: unknown, extra?: string): Read<OperationRequest> {
  if (!isRecord(value)) return fault("", "must be a JSON object");
  for (const name in value) if (!known.has(name) && name !== extra) return fault(name, "is not a known field");
  const step = readStep(value, "");
  if (!step.ok) return step;
  const options = readOptions(value);
  if (!options.ok) return options;
  let fallback: readonly FallbackStep[] = [];
  if (value["fallback"] !== undefined && value["fallback"] !== null) {
    const steps = readSteps(value["fallback"]);
    if (!steps.ok) return steps;
    fallback = steps.value;
  }
  return { ok: true, value: { ...step.value, ...options.value, fallback } };
}

/** Reads the options out of a larger body; the names it does not know are none of its business. */
export function readOptions(value: Readonly<Record<string, unknown>>): Read<OperationOptions> {
  const { reference = null, subject = null, metadata = null } = value;
  if (!isShortText(reference)) return fault("reference", shortText);
  if (!isShortText(subject)) return fault("subject", shortText);
  const deadline = readInstant(value["deadline"]);
  if (deadline === undefined) return fault("deadline", instantText);
  const notBefore = readInstant(value["not_before"]);
  if (notBefore === undefined) return fault("not_before", instantText);
  const urgency = value["class"] ?? undefined;
  if (urgency !== undefined && !isOneOf(operationClasses, urgency)) return fault("class", oneOf(operationClasses));
  const guarantee = value["guarantee"] ?? undefined;
  if (guarantee !== undefined && !isOneOf(guarantees, guarantee)) return fault("guarantee", oneOf(guarantees));
  if (metadata !== null && !isRecord(metadata)) return fault("metadata", "must be an object");
  if (metadata !== null && JSON.stringify(metadata).length > metadataLengthMax)
    return fault("metadata", `must not be longer than ${metadataLengthMax} characters of JSON`);
  let policy: PolicyInput | null = null;
  if (value["policy"] !== undefined && value["policy"] !== null) {
    const reading = readPolicy(value["policy"]);
    if (!reading.ok) return reading;
    policy = reading.value;
  }
  return {
    ok: true,
    value: { reference, deadline, notBefore, class: urgency, guarantee, subject, metadata, policy },
  };
}

function readSteps(value: unknown): Read<readonly FallbackStep[]> {
  if (!Array.isArray(value)) return fault("fallback", "must be a list");
  if (value.length > fallbackStepsMax) return fault("fallback", `must not have more than ${fallbackStepsMax} steps`);
  const steps: FallbackStep[] = [];
  for (const [index, item] of value.entries()) {
    const path = `fallback.${index}`;
    if (!isRecord(item)) return fault(path, "must be an object");
    for (const name in item) if (!stepNames.has(name)) return fault(`${path}.${name}`, "is not a known field");
    const step = readStep(item, `${path}.`);
    if (!step.ok) return step;
    steps.push(step.value);
  }
  return { ok: true, value: steps };
}

function readStep(value: Readonly<Record<string, unknown>>, path: string): Read<FallbackStep> {
  const { account, operation, input } = value;
  if (!isName(account)) return fault(`${path}account`, account === undefined ? "is required" : nameText);
  if (!isName(operation)) return fault(`${path}operation`, operation === undefined ? "is required" : nameText);
  if (!isRecord(input)) return fault(`${path}input`, input === undefined ? "is required" : "must be an object");
  return { ok: true, value: { account, operation, input } };
}

const nameText = `must be a text of 1 to ${textLengthMax} characters`;
const shortText = `must be a text of at most ${textLengthMax} characters, or null`;
const instantText = "must be an RFC 3339 instant such as 2026-01-31T12:00:00Z";

function isName(value: unknown): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= textLengthMax;
}

function isShortText(value: unknown): value is string | null {
  return value === null || (typeof value === "string" && value.length <= textLengthMax);
}

function readInstant(value: unknown): number | null | undefined {
  if (value === undefined || value === null) return null;
  return parseInstant(value) ?? undefined;
}

function isOneOf<T extends string>(names: readonly T[], value: unknown): value is T {
  return (names as readonly unknown[]).includes(value);
}

function oneOf(names: readonly string[]): string {
  return `must be one of ${names.join(", ")}`;
}
