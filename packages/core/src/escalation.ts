/**
 * The escalation package: everything a provider's support asks for, so that nobody has to ask back.
 *
 * Made of plain values that a store can give; nothing is fetched. Everything passes the redactor, also what was stored
 * before a secret was known to be one. Whether the failure reproduces is derived from the attempts and said with its
 * grounds, never guessed from one of them.
 */
import type { Failure } from "./failure.ts";
import { instantText } from "./instant.ts";
import type { OutcomeType } from "./outcome.ts";
import type { Redactor } from "./redact.ts";

/** One attempt, as far as support cares. Instants are epoch milliseconds. */
export interface EscalationAttempt {
  /** One-based. */
  readonly number: number;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly outcome: OutcomeType | null;
  readonly status: number | null;
  readonly code: string | null;
  readonly requestId: string | null;
  readonly failure: Failure | null;
  /** The full body of the answer, when it was kept. */
  readonly body?: string | null;
}

/** Something else that happened. */
export interface EscalationEvent {
  readonly at: number;
  readonly event: string;
  readonly actor?: string | null;
  readonly because?: string | null;
}

/** What a package is made of. */
export interface EscalationInput {
  readonly operation: {
    readonly id: string;
    readonly account: string;
    readonly operation: string;
    readonly state: string;
    readonly reference: string | null;
    readonly idempotencyKey: string;
    readonly providerId: string | null;
    readonly createdAt: number;
    readonly failure: Failure | null;
  };
  /** Name of the provider (`twilio`). */
  readonly provider: string;
  /** Method and URL of the request, or null when it is not known. */
  readonly endpoint: { readonly method: string; readonly url: string } | null;
  readonly attempts: readonly EscalationAttempt[];
  readonly events: readonly EscalationEvent[];
}

/** Whether the failure repeats: `always`, `sometimes`, `once` (a single attempt proves nothing), or no failure. */
export type Reproducible = "always" | "sometimes" | "once" | "not_failed";

/** One line of the story. */
export interface TimelineEntry {
  /** RFC 3339 UTC. */
  readonly at: string;
  readonly what: string;
}

/** The package, in the contract's JSON form. */
export interface Escalation {
  readonly operation_id: string;
  readonly provider: string;
  readonly account: string;
  readonly operation: string;
  readonly state: string;
  /** `POST https://…`, or null. */
  readonly endpoint: string | null;
  readonly status: number | null;
  readonly code: string | null;
  /** The full body of the last refusal, redacted; the provider's message where no body was kept. */
  readonly error_body: string | null;
  readonly request_id: string | null;
  /** RFC 3339 UTC instant at which the failing request was started. */
  readonly requested_at: string | null;
  readonly idempotency_key: string;
  /** The provider's id of the message, when one was ever returned. */
  readonly message_id: string | null;
  readonly reference: string | null;
  readonly reproducible: Reproducible;
  readonly reproducible_because: string;
  readonly guidance: string | null;
  readonly docs: string | null;
  readonly timeline: readonly TimelineEntry[];
}

/** Makes the package. The attempt it speaks of is the last one that failed. */
export function escalation(input: EscalationInput, redactor: Redactor): Escalation {
  const { operation } = input;
  const attempts = input.attempts.toSorted((left, right) => left.number - right.number);
  const last = attempts.findLast((attempt) => failed(attempt)) ?? null;
  const reason = last?.failure ?? operation.failure;
  const [reproducible, because] = reproduces(attempts);
  const made: Escalation = {
    operation_id: operation.id,
    provider: input.provider,
    account: operation.account,
    operation: operation.operation,
    state: operation.state,
    endpoint: input.endpoint === null ? null : `${input.endpoint.method} ${input.endpoint.url}`,
    status: last?.status ?? reason?.status ?? null,
    code: last?.code ?? reason?.code ?? null,
    error_body: last?.body ?? reason?.message ?? null,
    request_id: last?.requestId ?? reason?.requestId ?? null,
    requested_at: last === null ? null : instantText(last.startedAt),
    idempotency_key: operation.idempotencyKey,
    message_id: operation.providerId,
    reference: operation.reference,
    reproducible,
    reproducible_because: because,
    guidance: reason?.guidance ?? null,
    docs: reason?.docs ?? null,
    timeline: timeline(input, attempts),
  };
  return redactor.value(made) as Escalation;
}

/** The package as Markdown, for an issue or a chat. */
export function escalationMarkdown(source: Escalation): string {
  const rows = facts(source).map(([name, value]) => `| ${name} | ${inline(value)} |`);
  const body = source.error_body === null ? [] : ["", "## Answer", "", ...fenced(source.error_body)];
  const story = source.timeline.map((entry) => `- ${entry.at}: ${inline(entry.what)}`);
  return [
    `# ${inline(title(source))}`,
    "",
    "| | |",
    "| --- | --- |",
    ...rows,
    ...body,
    "",
    "## Timeline",
    "",
    ...story,
    "",
  ].join("\n");
}

/** The package as plain text, for an e-mail or a support form. */
export function escalationText(source: Escalation): string {
  const width = Math.max(...facts(source).map(([name]) => name.length)) + 2;
  const rows = facts(source).map(([name, value]) => `${`${name}:`.padEnd(width)}${oneLine(value)}`);
  const body = source.error_body === null ? [] : ["", "Answer:", source.error_body];
  const story = source.timeline.map((entry) => `  ${entry.at}  ${oneLine(entry.what)}`);
  return [`Subject: ${oneLine(title(source))}`, "", ...rows, ...body, "", "Timeline:", ...story, ""].join("\n");
}

function title(source: Escalation): string {
  const what = [source.status, source.code].filter((part) => part !== null).join("/");
  return `${source.provider} ${source.operation}: ${what === "" ? source.state : what} (${source.operation_id})`;
}

function facts(source: Escalation): readonly (readonly [string, string])[] {
  const unknown = "not known";
  return [
    ["Endpoint", source.endpoint ?? unknown],
    ["HTTP status", source.status === null ? "no answer" : String(source.status)],
    ["Error code", source.code ?? "none"],
    ["Request id", source.request_id ?? "none returned"],
    ["Request time (UTC)", source.requested_at ?? "nothing was sent"],
    ["Idempotency key", source.idempotency_key],
    ["Message id", source.message_id ?? "none returned"],
    ["Reference", source.reference ?? "none"],
    ["Reproducible", `${reproducibleWords[source.reproducible]}: ${source.reproducible_because}`],
    ["Account", source.account],
    ["Our operation id", source.operation_id],
    ["State", source.state],
    ["What it means", source.guidance ?? unknown],
    ["Documentation", source.docs ?? unknown],
  ];
}

const reproducibleWords: Record<Reproducible, string> = {
  always: "yes",
  sometimes: "not consistently",
  once: "not known",
  not_failed: "no",
};

function failed(attempt: EscalationAttempt): boolean {
  return attempt.outcome !== "accepted" && (attempt.outcome !== null || attempt.failure !== null);
}

function reproduces(attempts: readonly EscalationAttempt[]): readonly [Reproducible, string] {
  const failures = attempts.filter((attempt) => failed(attempt));
  if (failures.length === 0) return ["not_failed", "no attempt failed"];
  const signs = new Set(failures.map((attempt) => `${attempt.outcome}/${attempt.status}/${attempt.code}`));
  if (attempts.length === 1) return ["once", "one attempt was made"];
  if (failures.length === attempts.length && signs.size === 1) {
    return ["always", `all ${attempts.length} attempts failed in the same way`];
  }
  return [
    "sometimes",
    `${failures.length} of ${attempts.length} attempts failed, in ${signs.size} ${signs.size === 1 ? "way" : "ways"}`,
  ];
}

function timeline(input: EscalationInput, attempts: readonly EscalationAttempt[]): readonly TimelineEntry[] {
  const entries: { readonly at: number; readonly what: string }[] = [
    { at: input.operation.createdAt, what: "accepted from the caller" },
  ];
  for (const attempt of attempts) {
    entries.push({ at: attempt.startedAt, what: `attempt ${attempt.number} started` });
    if (attempt.endedAt !== null)
      entries.push({ at: attempt.endedAt, what: `attempt ${attempt.number}: ${ending(attempt)}` });
  }
  for (const { at, event, actor, because } of input.events) {
    const by = actor === null || actor === undefined ? "" : ` by ${actor}`;
    entries.push({ at, what: `${event}${by}${because === null || because === undefined ? "" : `: ${because}`}` });
  }
  return entries.toSorted((left, right) => left.at - right.at).map(({ at, what }) => ({ at: instantText(at), what }));
}

function ending(attempt: EscalationAttempt): string {
  const answer = [attempt.status, attempt.code].filter((part) => part !== null).join("/");
  const request = attempt.requestId === null ? "" : `, request ${attempt.requestId}`;
  return `${attempt.outcome ?? "unknown"}${answer === "" ? "" : ` (${answer})`}${request}`;
}

function fenced(body: string): readonly string[] {
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return [fence, body, fence];
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function inline(text: string): string {
  return oneLine(text).replace(/[\\`*_<>[\]|]/g, "\\$&");
}
