/** An account's health in the JSON form of the contract. */
import type { AccountHealth, LaneHealth } from "@landline/outbox";
import { instant } from "../schemas/instant.ts";

/** One lane of an account. */
export interface WireLane {
  readonly lane: string;
  readonly open: boolean;
  readonly breaker: "closed" | "open" | "half_open";
  /** Requests per second allowed at present; null: no limit found yet. */
  readonly rate: number | null;
  readonly in_flight: number;
  readonly window: number;
  readonly waits_until: string | null;
}

/** Why an account's lanes are closed. */
export interface WireHold {
  readonly reason: "paused" | "blocked" | "incident";
  readonly actor: string;
  readonly because: string;
  readonly since: string;
}

/** One account. */
export interface WireAccount {
  readonly name: string;
  readonly provider: string;
  readonly base_url: string;
  readonly operations: readonly string[];
  readonly state: AccountHealth["state"];
  readonly paused: boolean;
  /** `blocked` by a refused credential; `ok` when the last check went well; else `unknown`. */
  readonly credentials: "ok" | "blocked" | "unknown";
  /** Since when and why the provider is in trouble, or null. */
  readonly incident: { readonly since: string; readonly because: string } | null;
  readonly in_flight: number;
  readonly holds: readonly WireHold[];
  readonly lanes: readonly WireLane[];
  readonly last_check: { readonly at: string; readonly ok: boolean; readonly message: string } | null;
}

/** Writes an account. */
export function toWireAccount(source: AccountHealth): WireAccount {
  const holdBy = (reason: WireHold["reason"]): AccountHealth["holds"][number] | undefined =>
    source.holds.find((hold) => hold.reason === reason);
  const incident = holdBy("incident");
  const { lastCheck } = source;
  return {
    name: source.name,
    provider: source.provider,
    base_url: source.baseUrl,
    operations: source.operations,
    state: source.state,
    paused: holdBy("paused") !== undefined,
    credentials: holdBy("blocked") !== undefined ? "blocked" : lastCheck?.ok === true ? "ok" : "unknown",
    incident: incident === undefined ? null : { since: instant(incident.since), because: incident.because },
    in_flight: source.lanes.reduce((sum, lane) => sum + lane.inFlight, 0),
    holds: source.holds.map(({ reason, actor, because, since }) => ({ reason, actor, because, since: instant(since) })),
    lanes: source.lanes.map(toWireLane),
    last_check: lastCheck === null ? null : { ...lastCheck, at: instant(lastCheck.at) },
  };
}

/** Writes a lane. */
export function toWireLane(source: LaneHealth): WireLane {
  const { lane, open, breaker, rate, inFlight, window, waitsUntil } = source;
  return { lane, open, breaker, rate, in_flight: inFlight, window, waits_until: instant(waitsUntil) };
}
