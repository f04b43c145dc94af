/**
 * The causes, one below the other. The order is kept while one looks: a cause that grows does not jump away from under
 * the pointer, a new one joins at the end.
 */
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Group } from "../api/types.ts";
import type { ListSearch } from "../filters.ts";
import { count } from "../format.ts";
import { failureTitle, reasonLabel, reasonTone } from "../words.ts";
import { Moment } from "./moment.tsx";
import { Spark } from "./spark.tsx";

/** The filters that select a cause. */
export function groupFilters({ account, operation, parked_reason, kind, code }: Group): ListSearch {
  return {
    account,
    operation,
    parked_reason,
    ...(kind === null ? {} : { kind }),
    ...(code === null ? {} : { code }),
  };
}

/** True when the address selects exactly this cause. */
export function isChosen(group: Group, search: ListSearch): boolean {
  const wanted = groupFilters(group);
  return (["account", "operation", "parked_reason", "kind", "code"] as const).every(
    (name) => search[name] === wanted[name],
  );
}

/** The rail. */
export function GroupRail({ groups, search }: { readonly groups: readonly Group[]; readonly search: ListSearch }) {
  const ordered = useKeptOrder(groups);
  const doubt = ordered.filter((group) => group.parked_reason === "doubt");
  const known = ordered.filter((group) => group.parked_reason !== "doubt");
  const none = Object.keys(search).length === 0;
  return (
    <div className="rail">
      <Link to="/review" search={{}} className="rail-all" data-active={none || undefined}>
        <span>All causes</span>
        <span className="num">{count(groups.reduce((sum, group) => sum + group.count, 0))}</span>
      </Link>
      <RailPart title="In doubt" note="May have been sent" groups={doubt} search={search} />
      <RailPart title="Known failures" note="Certainly not as wanted" groups={known} search={search} />
    </div>
  );
}

function RailPart({
  title,
  note,
  groups,
  search,
}: {
  readonly title: string;
  readonly note: string;
  readonly groups: readonly Group[];
  readonly search: ListSearch;
}) {
  if (groups.length === 0) return null;
  return (
    <section aria-label={title} className="rail-part">
      <h2>
        {title} <span className="dim">{note}</span>
      </h2>
      <ul>
        {groups.map((group) => (
          <li key={group.fingerprint}>
            <Link
              to="/review"
              search={groupFilters(group)}
              className="group"
              data-tone={reasonTone(group.parked_reason)}
              data-active={isChosen(group, search) || undefined}
            >
              <span className="group-head">
                <span className="group-title">{failureTitle(group)}</span>
                <span className="group-count num">{count(group.count)}</span>
              </span>
              <span className="group-what dim">
                {reasonLabel(group.parked_reason)} · {group.operation} · {group.account}
                {(group.snoozed ?? 0) === 0 ? null : ` · ${count(group.snoozed ?? 0)} snoozed`}
              </span>
              <span className="group-advice">{group.suggestion}</span>
              <span className="group-foot dim">
                <span>
                  <span className="visually-hidden">first </span>
                  <Moment at={group.first_seen} /> – <span className="visually-hidden">last </span>
                  <Moment at={group.last_seen} />
                </span>
                <Spark values={group.trend ?? []} label="Parked per hour, the last 24 hours" />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Causes in the order in which they first stood here. */
function useKeptOrder(groups: readonly Group[]): readonly Group[] {
  const [order, setOrder] = useState<readonly string[]>([]);
  const missing = groups
    .filter(({ fingerprint }) => !order.includes(fingerprint))
    .map(({ fingerprint }) => fingerprint);
  if (missing.length > 0) setOrder([...order, ...missing]);
  return groups.toSorted(
    (left, right) => order.indexOf(left.fingerprint) - order.indexOf(right.fingerprint) || right.count - left.count,
  );
}
