/** Events in the JSON form of the contract: snake_case, instants as text. They carry no bodies and no full numbers. */
import type { Failure } from "@landline/core";
import { toWireFailure } from "@landline/core";
import type { OutboxEvent } from "@landline/outbox";
import { instant } from "../schemas/instant.ts";
import { snake } from "../schemas/policy-input.ts";

/** For error trackers and traces, not for live views. */
const withheld: ReadonlySet<string> = new Set(["body", "traceparent"]);
const instants: ReadonlySet<string> = new Set(["at", "requestTimestamp"]);

/** An event as it is sent; `type` says which of the outbox's events it is. */
export type WireEvent = Readonly<Record<string, unknown>> & { readonly type: OutboxEvent["type"]; readonly at: string };

/** Writes an event. */
export function toWireEvent(event: OutboxEvent): WireEvent {
  const written: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(event)) {
    if (withheld.has(name)) continue;
    if (name === "failure") written[name] = value === null ? null : toWireFailure(value as Failure);
    else if (instants.has(name)) written[snake(name)] = instant(value as number);
    else written[snake(name)] = value;
  }
  return written as WireEvent;
}
