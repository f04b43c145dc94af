/**
 * Watches each provider for trouble that is larger than one operation, and closes its accounts while it lasts.
 *
 * The recognising is `core/incident`; this file feeds it with ends of attempts and carries out what it asks for. An
 * incident is this process's own finding: it is not stored, so a process that dies in one leaves nobody locked out.
 */
import { createIncidentWatch, incidentShare, settleIncident, watchIncident } from "@landline/core";
import type { IncidentEffect, IncidentEvent, IncidentOptions, IncidentWatch, Outcome } from "@landline/core";
import type { Events } from "./events.ts";
import type { Holds } from "./holds.ts";
import type { Account } from "./ports/index.ts";

/** The watches over all providers. */
export interface Incidents {
  /** An attempt of a family ended. */
  ended(account: Account, family: string, outcome: Outcome, at: number): void;
  /** The share of its normal traffic the account's provider gets at `now`: 1 in calm times, 0 while held. */
  share(account: Account, now: number): number;
  /** One account of each provider that may be probed at `now`; marks the probes as started. */
  probes(now: number): readonly Account[];
  probed(account: Account, ok: boolean, at: number): void;
  /** The next instant at which a probe may start or a ramp ends; Infinity in calm times. */
  nextAt(): number;
  /** Ends ramps that are over. */
  settle(now: number): void;
}

/** Watches that have seen nothing. */
export function createIncidents(
  accounts: Iterable<Account>,
  holds: Holds,
  events: Events,
  options: Partial<IncidentOptions> = {},
): Incidents {
  const watches = new Map<string, IncidentWatch>();
  const members = new Map<string, Account[]>();
  for (const account of accounts) {
    const { name } = account.provider;
    watches.set(name, createIncidentWatch(name, options));
    members.set(name, [...(members.get(name) ?? []), account]);
  }
  const namesOf = (provider: string): readonly string[] => (members.get(provider) ?? []).map(({ name }) => name);

  const carryOut = (provider: string, effects: readonly IncidentEffect[], at: number): void => {
    for (const effect of effects) {
      switch (effect.type) {
        case "hold":
          for (const account of namesOf(provider)) {
            void holds.close({ account, reason: "incident", actor: "landline", because: effect.because, since: at });
          }
          break;
        case "page": {
          const because = `failures on ${effect.incident.families.join(" and ")}`;
          events.emit({ type: "incident.opened", at, provider, accounts: namesOf(provider), because });
          break;
        }
        case "ramp":
          for (const account of namesOf(provider)) void holds.lift(account, "incident", "landline");
          break;
        case "close": {
          const seconds = Math.round((at - effect.incident.startedAt) / 1000);
          const because = `the provider answers again after ${seconds} s`;
          events.emit({ type: "incident.closed", at, provider, accounts: namesOf(provider), because });
          break;
        }
        default:
          effect satisfies never;
      }
    }
  };

  const feed = (provider: string, event: IncidentEvent): void => {
    const watch = watches.get(provider);
    if (watch === undefined) return;
    const step = watchIncident(watch, event);
    watches.set(provider, step.watch);
    carryOut(provider, step.effects, event.at);
  };

  return {
    ended(account, family, outcome, at) {
      const provider = account.provider.name;
      if (outcome.type === "unavailable" || outcome.type === "ambiguous") {
        const { status, code, kind } = outcome.failure;
        feed(provider, {
          type: "failure",
          at,
          family,
          what: [status, code, kind].filter((part) => part !== null).join(" "),
        });
        return;
      }
      // In calm times with nothing failing a success teaches nothing, and this is the hot path.
      const watch = watches.get(provider);
      if (watch !== undefined && watch.failures.length > 0) feed(provider, { type: "success", at, family });
    },
    share(account, now) {
      const watch = watches.get(account.provider.name);
      return watch === undefined ? 1 : incidentShare(watch, now).share;
    },
    probes(now) {
      const due: Account[] = [];
      for (const [provider, watch] of watches) {
        const [account] = members.get(provider) ?? [];
        if (account === undefined || !incidentShare(watch, now).probe) continue;
        feed(provider, { type: "probe_started", at: now });
        due.push(account);
      }
      return due;
    },
    probed(account, ok, at) {
      feed(account.provider.name, { type: "probe_ended", at, ok });
    },
    nextAt() {
      let at = Infinity;
      for (const watch of watches.values()) {
        if (watch.phase === "held" || watch.phase === "ramping") at = Math.min(at, watch.nextAt);
      }
      return at;
    },
    settle(now) {
      for (const [provider, watch] of watches) {
        const step = settleIncident(watch, now);
        watches.set(provider, step.watch);
        carryOut(provider, step.effects, now);
      }
    },
  };
}
