/** What happened, bucket by bucket, on one axis: what became of it, how long it took, and what people got to decide. */
import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Bucket, Figures, Overview, Quantiles } from "../api/types.ts";
import type { ListSearch } from "../filters.ts";
import { count, duration } from "../format.ts";
import { SeriesTable } from "./series-table.tsx";
import { TimeChart } from "./time-chart.tsx";
import type { Shade, Track } from "./time-chart.tsx";

type Reading = (figures: Figures) => number | null;

/** The charts. @param within the account as a filter */
export function OverviewCharts({ overview, within }: { readonly overview: Overview; readonly within: ListSearch }) {
  const navigate = useNavigate();
  const { series, totals, bucket_seconds: seconds, incidents, at: now } = overview;
  const starts = useMemo(() => series.map(({ at }) => Date.parse(at)), [series]);
  const bucketMs = seconds * 1_000;
  const shades: readonly Shade[] = incidents.map(({ provider, started_at: from, ended_at: until }) => ({
    from: Date.parse(from),
    until: Date.parse(until ?? now),
    label: `Incident at ${provider}`,
  }));
  const counted = (name: string, ink: string, form: Track["form"], read: Reading): Track => ({
    name,
    ink,
    form,
    values: series.map(read),
    total: count(read(totals) ?? 0),
  });
  const searchOf = (bucket: Bucket): ListSearch => ({
    ...within,
    created_after: bucket.at,
    created_before: new Date(Date.parse(bucket.at) + bucketMs).toISOString(),
  });
  const common = { starts, bucketMs, shades };
  return (
    <>
      <section className="panel" aria-labelledby="flow">
        <header>
          <h2 id="flow">What became of it</h2>
          <span className="dim">per {bucketWords(seconds)}; a bar leads to what was asked for then</span>
        </header>
        <TimeChart
          {...common}
          label="Operations accepted, not accepted and in doubt over time"
          height={168}
          show={count}
          tracks={[
            counted("Accepted", "ok", "bar", ({ states }) => states.accepted ?? 0),
            counted("In doubt", "doubt", "bar", ({ doubt }) => doubt),
            counted(
              "Parked or expired",
              "fail",
              "bar",
              ({ states, parked_reasons: why }) =>
                Math.max(0, (states.parked ?? 0) - (why.doubt ?? 0)) + (states.expired ?? 0),
            ),
            counted("Asked for", "ink", "line", ({ asked }) => asked),
          ]}
          onPick={(index) => {
            const bucket = series[index];
            if (bucket !== undefined) void navigate({ to: "/operations", search: searchOf(bucket) });
          }}
        >
          <SeriesTable series={series} searchOf={searchOf} />
        </TimeChart>
      </section>
      <div className="charts">
        <section className="panel" aria-labelledby="until-accepted">
          <h2 id="until-accepted">Until accepted</h2>
          <TimeChart
            {...common}
            label="Time from asked for to accepted"
            height={88}
            show={duration}
            tracks={quantileTracks(series, totals, ({ latency }) => latency.accepted)}
          />
        </section>
        <section className="panel" aria-labelledby="until-delivered">
          <h2 id="until-delivered">Accepted until delivered</h2>
          <TimeChart
            {...common}
            label="Time from accepted to delivered"
            height={88}
            show={duration}
            tracks={quantileTracks(series, totals, ({ latency }) => latency.delivered)}
          />
        </section>
        <section className="panel" aria-labelledby="review-flow">
          <h2 id="review-flow">Review, in and out</h2>
          <TimeChart
            {...common}
            label="Operations that came into review and left it"
            height={88}
            show={count}
            tracks={[
              counted("In", "fail", "bar", ({ review }) => review.in),
              counted("Out", "ok", "line", ({ review }) => review.out),
            ]}
          />
        </section>
      </div>
    </>
  );
}

function quantileTracks(
  series: readonly Bucket[],
  totals: Figures,
  read: (figures: Figures) => Quantiles | null,
): readonly Track[] {
  return (["p50", "p95", "p99"] as const).map((name) => {
    const total = read(totals);
    return {
      name,
      ink: name,
      form: "line",
      values: series.map((bucket) => read(bucket)?.[`${name}_ms`] ?? null),
      total: total === null ? "–" : duration(total[`${name}_ms`]),
    };
  });
}

function bucketWords(seconds: number): string {
  if (seconds < 3_600) return seconds === 60 ? "minute" : `${seconds / 60} minutes`;
  if (seconds < 86_400) return seconds === 3_600 ? "hour" : `${seconds / 3_600} hours`;
  return "day";
}
