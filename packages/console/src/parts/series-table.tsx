/** The chart's figures as a table, folded away; only times in which something happened. */
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Bucket } from "../api/types.ts";
import type { ListSearch } from "../filters.ts";
import { count, duration } from "../format.ts";
import { Moment } from "./moment.tsx";

/** The table. @param searchOf the filters that show what was asked for in a bucket */
export function SeriesTable({
  series,
  searchOf,
}: {
  readonly series: readonly Bucket[];
  readonly searchOf: (bucket: Bucket) => ListSearch;
}) {
  const [open, setOpen] = useState(false);
  const busy = series.filter(({ asked, attempts, review }) => asked + attempts.total + review.in + review.out > 0);
  return (
    <details
      onToggle={(event) => {
        setOpen(event.currentTarget.open);
      }}
    >
      <summary>As a table</summary>
      {open ? (
        <div className="scroller" role="region" aria-label="Figures over time" tabIndex={0}>
          <table className="plain num">
            <thead>
              <tr>
                <th scope="col">From</th>
                {["Asked for", "Accepted", "Delivered", "Parked", "In doubt", "429", "Review out", "p95 accepted"].map(
                  (name) => (
                    <th key={name} scope="col" className="end">
                      {name}
                    </th>
                  ),
                )}
              </tr>
            </thead>
            <tbody>
              {busy.map((bucket) => (
                <tr key={bucket.at}>
                  <th scope="row">
                    <Link to="/operations" search={searchOf(bucket)}>
                      <Moment at={bucket.at} as="clock" />
                    </Link>
                  </th>
                  {[
                    bucket.asked,
                    bucket.states.accepted ?? 0,
                    bucket.states.delivered ?? 0,
                    bucket.review.in,
                    bucket.doubt,
                    bucket.attempts.throttled,
                    bucket.review.out,
                  ].map((value, index) => (
                    <td key={index} className="end">
                      {count(value)}
                    </td>
                  ))}
                  <td className="end">
                    {bucket.latency.accepted === null ? "–" : duration(bucket.latency.accepted.p95_ms)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </details>
  );
}
