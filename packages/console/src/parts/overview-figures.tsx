/** The figures at the head of the overview; every one leads to the operations behind it. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Overview, Quantiles } from "../api/types.ts";
import type { ListSearch } from "../filters.ts";
import { count, duration, plural, rate, share } from "../format.ts";
import { successOf } from "../overview.ts";
import { waiting } from "../states.ts";

/** The row of figures. @param within the window and the account, as filters of a list */
export function OverviewFigures({ overview, within }: { readonly overview: Overview; readonly within: ListSearch }) {
  const { totals, current } = overview;
  const { accepted, refused, delivered, undelivered } = successOf(totals);
  const minutes = (Date.parse(overview.to) - Date.parse(overview.from)) / 60_000;
  const account = within.account === undefined ? {} : { account: within.account };
  return (
    <dl className="figures">
      <Figure name="Asked for" note={`${rate(totals.asked / Math.max(1, minutes))} a minute`}>
        <Link to="/operations" search={within}>
          {count(totals.asked)}
        </Link>
      </Figure>
      <Figure
        name="Accepted"
        note={`${count(accepted)} of ${count(accepted + refused)}${delivered + undelivered === 0 ? "" : ` · ${share(delivered, delivered + undelivered)} delivered`}`}
      >
        <Link to="/operations" search={{ ...within, state: "accepted,delivered,undelivered" }}>
          {share(accepted, accepted + refused)}
        </Link>
      </Figure>
      <Figure name="Until accepted, p50" note={tailNote(totals.latency.accepted)}>
        <Link to="/operations" search={{ ...within, state: "accepted,delivered,undelivered" }}>
          {middle(totals.latency.accepted)}
        </Link>
      </Figure>
      <Figure name="Then until delivered, p50" note={tailNote(totals.latency.delivered)}>
        <Link to="/operations" search={{ ...within, state: "delivered" }}>
          {middle(totals.latency.delivered)}
        </Link>
      </Figure>
      <Figure
        name="Came into doubt"
        note={`${rate(totals.doubt_per_minute)} a minute · ${count(current.reconciling)} being asked about`}
        tone={totals.doubt > 0 ? "doubt" : undefined}
      >
        <Link to="/review" search={{ ...account, parked_reason: "doubt" }}>
          {count(totals.doubt)}
        </Link>
      </Figure>
      <Figure
        name="Told to slow down (429)"
        note={`${count(totals.attempts.throttled)} of ${plural(totals.attempts.total, "attempt")}`}
        tone={(totals.throttled_share ?? 0) > 0.03 ? "late" : undefined}
      >
        <Link to="/operations" search={{ ...within, kind: "rate_limited" }}>
          {share(totals.attempts.throttled, totals.attempts.total)}
        </Link>
      </Figure>
      <Figure
        name="Oldest due"
        note={
          current.oldest_due === null
            ? `${count(current.active)} under way, none is late`
            : `${current.oldest_due.lane} · ${count(current.active)} under way`
        }
        tone={(current.oldest_due?.age_seconds ?? 0) > 60 ? "late" : undefined}
      >
        <Link to="/operations" search={{ ...account, state: waiting }}>
          {current.oldest_due === null ? "–" : duration(current.oldest_due.age_seconds * 1_000)}
        </Link>
      </Figure>
      <Figure
        name="In review now"
        note={`+${count(totals.review.in)} −${count(totals.review.out)} in this time${current.snoozed === 0 ? "" : ` · ${count(current.snoozed)} snoozed`}`}
        tone={current.parked_open > 0 ? "fail" : undefined}
      >
        <Link to="/review" search={account}>
          {count(current.parked_open)}
        </Link>
      </Figure>
    </dl>
  );
}

function middle(quantiles: Quantiles | null): string {
  return quantiles === null ? "–" : duration(quantiles.p50_ms);
}

function tailNote(quantiles: Quantiles | null): string {
  return quantiles === null
    ? "none in this time"
    : `p95 ${duration(quantiles.p95_ms)} · p99 ${duration(quantiles.p99_ms)}`;
}

function Figure({
  name,
  note,
  tone,
  children,
}: {
  readonly name: string;
  readonly note: string;
  readonly tone?: "fail" | "doubt" | "late" | undefined;
  readonly children: ReactNode;
}) {
  return (
    <div data-tone={tone}>
      <dt>{name}</dt>
      <dd className="figure-value num">{children}</dd>
      <dd className="dim num">{note}</dd>
    </div>
  );
}
