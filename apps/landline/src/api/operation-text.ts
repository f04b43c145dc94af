/**
 * Operations as text for a terminal: one row in a list, or the whole story.
 */
import { table } from "../terminal.ts";
import type { Json } from "./client.ts";

/** Rows of a list. */
export function operationTable(operations: readonly Json[]): string {
  if (operations.length === 0) return "nothing matches";
  return table(
    ["id", "state", "account", "operation", "to", "reference", "code", "updated"],
    operations.map((operation) => [
      textOf(operation["id"]),
      stateOf(operation),
      textOf(operation["account"]),
      textOf(operation["operation"]),
      textOf(operation["recipient"]),
      textOf(operation["reference"]),
      textOf(recordOf(operation["failure"])["code"]),
      textOf(operation["updated_at"]),
    ]),
  );
}

/** Everything about one operation. */
export function operationStory(operation: Json): string {
  const failure = recordOf(operation["failure"]);
  const facts: readonly (readonly [string, unknown])[] = [
    ["operation", operation["id"]],
    ["state", stateOf(operation)],
    ["version", operation["version"]],
    ["call", `${textOf(operation["account"])} ${textOf(operation["operation"])}`],
    ["to", operation["recipient"]],
    ["reference", operation["reference"]],
    ["key", operation["idempotency_key"]],
    ["provider id", operation["provider_id"]],
    ["class", operation["class"]],
    ["guarantee", operation["guarantee"]],
    ["created", operation["created_at"]],
    ["deadline", operation["deadline"]],
    ["next attempt", operation["next_attempt_at"]],
    ["assignee", operation["assignee"]],
    ["put off until", operation["snoozed_until"]],
    ["parent", operation["parent_id"]],
    ["children", listOf(operation["child_ids"]).map(String).join(", ")],
    ["failure", failure["message"]],
    ["do", failure["guidance"]],
    ["read", failure["docs"]],
  ];
  const lines = facts.flatMap(([name, value]) => (textOf(value) === "" ? [] : [`${name.padEnd(15)}${textOf(value)}`]));
  const story = [
    ...listOf(operation["history"]).map((entry) => ({
      at: entry["at"],
      text: `${textOf(entry["event"])}${by(entry["actor"])}${because(entry["because"])}`,
    })),
    ...listOf(operation["attempts"]).map((entry) => ({
      at: entry["started_at"],
      text: `attempt ${textOf(entry["number"])}: ${textOf(entry["outcome"]) || "under way"} ${[entry["status"], entry["code"], entry["request_id"]].map(textOf).filter(Boolean).join(" ")}${because(entry["because"])}${answer(entry["body"])}`,
    })),
    ...listOf(operation["receipts"]).map((entry) => ({
      at: entry["at"],
      text: `receipt: ${textOf(entry["status"])} ${textOf(entry["code"])}`.trimEnd(),
    })),
  ].toSorted((left, right) => textOf(left.at).localeCompare(textOf(right.at)));
  return [...lines, "", ...story.map(({ at, text }) => `${textOf(at)}  ${text}`)].join("\n");
}

/** State, with the reason for parked ones. */
export function stateOf(operation: Json): string {
  const reason = textOf(operation["parked_reason"]);
  return reason === "" ? textOf(operation["state"]) : `${textOf(operation["state"])} (${reason})`;
}

/** A value as text; null and absent are empty. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function by(actor: unknown): string {
  return textOf(actor) === "" ? "" : ` by ${textOf(actor)}`;
}

function because(reason: unknown): string {
  return textOf(reason) === "" ? "" : ` — ${textOf(reason)}`;
}

/** What the provider answered, on lines of its own. */
function answer(body: unknown): string {
  return textOf(body) === "" ? "" : `\n${textOf(body).replaceAll(/^/gm, "    ")}`;
}

function recordOf(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}
