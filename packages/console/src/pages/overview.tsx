/** Is it us or them? The figures of a window of time, each leading to the operations behind it. */
import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { accountsQuery, groupsQuery, recentQuery } from "../api/queries.ts";
import { count, duration, plural, share } from "../format.ts";
import { useNow } from "../now.ts";
import { diagnose, summarize, windows } from "../overview.ts";
import type { Summed } from "../overview.ts";
import { AccountTable } from "../parts/account-table.tsx";
import { FlowChart } from "../parts/flow-chart.tsx";
import { Moment } from "../parts/moment.tsx";
import { NothingYet } from "../parts/nothing-yet.tsx";
import { PageFrame } from "../parts/page.tsx";
import { Loading, Trouble } from "../parts/states.tsx";
import { waiting } from "../states.ts";

/** The page. */
export function OverviewPage() {
  const search = useSearch({ from: "/" });
  const navigate = useNavigate();
  const window = windows.find(({ name }) => name === search.window) ?? windows[1];
  // Whole minutes, so that the same question is not asked again every moment.
  const now = useNow();
  const minute = Math.floor(now / 60_000) * 60_000;
  const [since, setSince] = useState({ minute, ms: window.ms, at: minute - window.ms });
  if (since.ms !== window.ms || minute - since.minute >= 60_000)
    setSince({ minute, ms: window.ms, at: minute - window.ms });
  const recent = useQuery(recentQuery({ created_after: new Date(since.at).toISOString() }, 5));
  const accounts = useQuery(accountsQuery);
  const groups = useQuery(groupsQuery);
  const parked = groups.data?.reduce((sum, group) => sum + group.count, 0) ?? 0;
  const sum = recent.data === undefined ? null : summarize(recent.data.operations, recent.data.complete, since.at, now);
  const error = recent.error ?? accounts.error ?? groups.error;
  return (
    <PageFrame
      title="Overview"
      side={
        <SegmentedControl
          size="xs"
          aria-label="Window"
          value={window.name}
          data={windows.map(({ name }) => ({ value: name, label: name }))}
          onChange={(value) => void navigate({ to: "/", search: { window: value } })}
        />
      }
    >
      {sum === null || accounts.data === undefined ? (
        error === null ? (
          <Loading />
        ) : (
          <Trouble error={error} again={() => void Promise.all([recent.refetch(), accounts.refetch()])} />
        )
      ) : (
        <>
          <Diagnosis sum={sum} accounts={accounts.data} parked={parked} />
          {sum.total === 0 && parked === 0 ? (
            <NothingYet />
          ) : (
            <>
              <Figures sum={sum} parked={parked} after={new Date(since.at).toISOString()} />
              <section className="panel" aria-labelledby="flow">
                <header>
                  <h2 id="flow">Asked for, by what became of it</h2>
                  {sum.complete ? null : (
                    <span className="dim">
                      the newest {count(sum.total)}, since <Moment at={new Date(sum.from).toISOString()} as="clock" />
                    </span>
                  )}
                </header>
                <FlowChart sum={sum} />
              </section>
            </>
          )}
          <section className="panel" aria-labelledby="by-account">
            <header>
              <h2 id="by-account">Accounts</h2>
            </header>
            <AccountTable accounts={accounts.data} sum={sum} after={new Date(since.at).toISOString()} />
          </section>
        </>
      )}
    </PageFrame>
  );
}

function Diagnosis({
  sum,
  accounts,
  parked,
}: {
  readonly sum: Summed;
  readonly accounts: Parameters<typeof diagnose>[0];
  readonly parked: number;
}) {
  const { tone, title, detail } = diagnose(accounts, sum);
  return (
    <section className="verdict diagnosis" data-tone={tone} aria-label="Is it us or them?">
      <div className="verdict-words">
        <p className="verdict-line">
          <strong>{title}</strong>
        </p>
        <p className="soft">{detail}</p>
      </div>
      {parked === 0 ? null : (
        <Link to="/review" className="to-review">
          {plural(parked, "operation")} wait{parked === 1 ? "s" : ""} for a person
        </Link>
      )}
    </section>
  );
}

function Figures({ sum, parked, after }: { readonly sum: Summed; readonly parked: number; readonly after: string }) {
  const { counts } = sum;
  const ended = counts.arrived + counts.failed + counts.doubt;
  return (
    <dl className="figures">
      <Figure
        name="Asked for"
        note={`${sum.perMinute < 10 ? sum.perMinute.toFixed(1) : count(Math.round(sum.perMinute))} a minute`}
      >
        <Link to="/operations" search={{ created_after: after }}>
          {count(sum.total)}
        </Link>
      </Figure>
      <Figure name="Accepted or delivered" note={`${count(counts.arrived)} of ${count(ended)} that ended`}>
        <Link to="/operations" search={{ created_after: after, state: "accepted,delivered" }}>
          {share(counts.arrived, ended)}
        </Link>
      </Figure>
      <Figure
        name="Under way"
        note={sum.oldestWaiting === null ? "nothing waits" : `oldest ${duration(sum.oldestWaiting)}`}
      >
        <Link to="/operations" search={{ state: waiting }}>
          {count(counts.waiting)}
        </Link>
      </Figure>
      <Figure name="In doubt" note="may have been sent" tone={counts.doubt > 0 ? "doubt" : undefined}>
        <Link to="/review" search={{ parked_reason: "doubt" }}>
          {count(counts.doubt)}
        </Link>
      </Figure>
      <Figure name="In review" note="wait for a person, all time" tone={parked > 0 ? "fail" : undefined}>
        <Link to="/review">{count(parked)}</Link>
      </Figure>
      <Figure name="Until delivered" note={latencyNote(sum.delivered)}>
        <Link to="/operations" search={{ created_after: after, state: "delivered" }}>
          {sum.delivered === null ? "–" : duration(sum.delivered.p50)}
        </Link>
      </Figure>
    </dl>
  );
}

function latencyNote(latency: Summed["delivered"]): string {
  return latency === null ? "none in this time" : `p95 ${duration(latency.p95)}, p99 ${duration(latency.p99)}`;
}

function Figure({
  name,
  note,
  tone,
  children,
}: {
  readonly name: string;
  readonly note: string;
  readonly tone?: "fail" | "doubt" | undefined;
  readonly children: React.ReactNode;
}) {
  return (
    <div data-tone={tone}>
      <dt>{name}</dt>
      <dd className="figure-value num">{children}</dd>
      <dd className="dim">{note}</dd>
    </div>
  );
}
