/**
 * Which events are worth waking somebody for. Pure: events in, alerts out, with what was seen lately as state.
 */
import { saysExhausted } from "@landline/core";
import type { OutboxEvent } from "@landline/outbox";
import type { Alert } from "./alert.ts";

/** An alert before it is counted and linked. */
export type Finding = Omit<Alert, "count" | "link">;

/** Doubt of one account within the window that is more than bad luck. */
export const doubtThreshold = 5;

/** Length of that window in milliseconds. */
export const doubtWindowMs = 300_000;

/** A due operation nobody claimed for this long, in milliseconds, means that nobody works. */
export const unclaimedMs = 60_000;

/** What the rules remember. */
export interface RuleState {
  /** Instants at which operations of an account went into doubt for good. */
  readonly doubts: Map<string, number[]>;
}

/** A fresh memory. */
export function createRuleState(): RuleState {
  return { doubts: new Map() };
}

/** What an event means for people, if anything. */
export function judgeEvent(state: RuleState, event: OutboxEvent): readonly Finding[] {
  switch (event.type) {
    case "operation.changed":
      return event.event === "operation.parked" ? judgeParked(state, event) : [];
    case "account.changed":
      return judgeAccount(event);
    case "incident.opened":
    case "incident.closed":
      return [
        {
          key: `incident:${event.provider}`,
          status: event.type === "incident.opened" ? "opened" : "resolved",
          severity: "critical",
          title:
            event.type === "incident.opened" ? `${event.provider} is in trouble` : `${event.provider} has recovered`,
          text: `${event.because}. Accounts: ${event.accounts.join(", ")}. Everything waits and goes on by itself; nothing is lost.`,
          at: event.at,
          account: event.accounts[0] ?? null,
          operationId: null,
          code: null,
        },
      ];
    case "store.moved":
      return [
        {
          key: "store:moved",
          status: "opened",
          severity: "critical",
          title: "Part of the store's past may be missing",
          text: movedText(event),
          at: event.at,
          account: null,
          operationId: null,
          code: null,
        },
      ];
    case "worker.trouble":
      return [
        {
          key: "worker",
          status: "opened",
          severity: "error",
          title: "The worker has trouble",
          text: event.message,
          at: event.at,
          account: null,
          operationId: null,
          code: null,
        },
      ];
    case "operation.attempted":
    case "receipt.received":
      return [];
    default:
      return event satisfies never;
  }
}

function movedText({ because, presumed }: Extract<OutboxEvent, { type: "store.moved" }>): string {
  const doubted =
    presumed === 0
      ? "Nothing was waiting that could have been sent."
      : `${presumed} operations that waited may have been sent already: providers that can be asked are asked, the rest comes to review.`;
  return `${because}. ${doubted} New ones flow. Operations, idempotency keys and opt-outs that came after the last commit kept here are gone: callers should hand over again what they do not find.`;
}

function judgeParked(state: RuleState, event: Extract<OutboxEvent, { type: "operation.changed" }>): readonly Finding[] {
  const code = event.failure?.code ?? null;
  const common = { status: "opened", at: event.at, account: event.account, operationId: event.id, code } as const;
  if (event.parkedReason === "exhausted" || saysExhausted(event.because)) {
    return [
      {
        ...common,
        key: `exhausted:${event.account}:${event.operation}:${code ?? event.failure?.kind ?? "none"}`,
        severity: "error",
        title: `Retries exhausted for ${event.operation} through ${event.account}`,
        text: `${event.because ?? "all attempts are spent"}. ${event.failure?.guidance ?? ""}`.trim(),
      },
    ];
  }
  if (event.parkedReason !== "doubt") return [];
  const recent = [...(state.doubts.get(event.account) ?? []), event.at].filter((at) => at > event.at - doubtWindowMs);
  state.doubts.set(event.account, recent);
  if (recent.length < doubtThreshold) return [];
  return [
    {
      ...common,
      key: `doubt:${event.account}`,
      severity: "error",
      title: `Answers of ${event.account} get lost`,
      text: `${recent.length} operations within ${doubtWindowMs / 60_000} minutes may or may not have been sent. Ask the provider or settle them with evidence; sending again may reach people twice.`,
    },
  ];
}

function judgeAccount(event: Extract<OutboxEvent, { type: "account.changed" }>): readonly Finding[] {
  if (event.state !== "blocked" && event.state !== "ok") return [];
  const blocked = event.state === "blocked";
  return [
    {
      key: `blocked:${event.account}`,
      status: blocked ? "opened" : "resolved",
      severity: "critical",
      title: blocked ? `The provider refuses the credentials of ${event.account}` : `${event.account} works again`,
      text: blocked
        ? `${event.because}. Correct the credentials, then check the account; everything of it waits until then.`
        : event.because,
      at: event.at,
      account: event.account,
      operationId: null,
      code: null,
    },
  ];
}

/**
 * Whether work lies about.
 * @param dueLanes lane → earliest due instant
 * @param closed accounts whose lanes are closed on purpose
 */
export function judgeBacklog(dueLanes: ReadonlyMap<string, number>, closed: ReadonlySet<string>, now: number): Finding {
  const late = [...dueLanes].filter(([lane, at]) => at < now - unclaimedMs && !closed.has(lane.split("/")[0] ?? lane));
  const oldest = Math.min(...late.map(([, at]) => at));
  const stuck = late.length > 0;
  return {
    key: "unclaimed",
    status: stuck ? "opened" : "resolved",
    severity: "critical",
    title: stuck ? "Due operations are not being claimed" : "Due operations are claimed again",
    text: stuck
      ? `The oldest has been due for ${Math.round((now - oldest) / 1000)} s in ${late.map(([lane]) => lane).join(", ")}. Is a dispatcher running?`
      : "The backlog moves.",
    at: now,
    account: null,
    operationId: null,
    code: null,
  };
}
