/**
 * Reading a status page (Statuspage v2, `summary.json`). A hint for people, never the reason for a decision on one
 * operation: such pages are edited by hand, and late.
 * @see https://www.atlassian.com/software/statuspage
 */
import type { Observation } from "@landline/core";
import { isRecord } from "@landline/core";
import { objectOf, recordsOf, stringOf } from "./json.ts";

/** What a status page says. */
export interface StatusPage {
  readonly indicator: "none" | "minor" | "major" | "critical";
  readonly description: string | null;
  /** Components that are not operational. */
  readonly components: readonly { readonly name: string; readonly status: string }[];
  /** Incidents that are not resolved. */
  readonly incidents: readonly {
    readonly name: string;
    readonly status: string;
    readonly impact: string | null;
    readonly url: string | null;
  }[];
}

const indicators = ["none", "minor", "major", "critical"] as const;

/** The page, or null when it cannot be read. Never throws. */
export function readStatusPage(observation: Observation): StatusPage | null {
  if (observation.type === "transport" || observation.status !== 200) return null;
  const page = objectOf(observation.body);
  const status = page?.["status"];
  if (page === null || !isRecord(status)) return null;
  const indicator = indicators.find((known) => known === status["indicator"]);
  if (indicator === undefined) return null;
  return {
    indicator,
    description: stringOf(status["description"]),
    components: recordsOf(page["components"]).flatMap((each) => {
      const name = stringOf(each["name"]);
      const state = stringOf(each["status"]);
      return name === null || state === null || state === "operational" ? [] : [{ name, status: state }];
    }),
    incidents: recordsOf(page["incidents"]).flatMap((each) => {
      const name = stringOf(each["name"]);
      const state = stringOf(each["status"]);
      if (name === null || state === null || state === "resolved" || state === "postmortem") return [];
      return [{ name, status: state, impact: stringOf(each["impact"]), url: httpsOf(each["shortlink"]) }];
    }),
  };
}

/** Only addresses that are safe to show as a link. */
function httpsOf(value: unknown): string | null {
  const text = stringOf(value);
  return text?.startsWith("https://") === true ? text : null;
}
