/** Is it us or them? The figures of a window of time, each leading to the operations behind it. */
import { NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { accountsQuery, overviewQuery } from "../api/queries.ts";
import type { Overview } from "../api/types.ts";
import { plural } from "../format.ts";
import { diagnose } from "../overview.ts";
import { AccountTable } from "../parts/account-table.tsx";
import { IncidentList } from "../parts/incident-list.tsx";
import { KindTable } from "../parts/kind-table.tsx";
import { Moment } from "../parts/moment.tsx";
import { NothingYet } from "../parts/nothing-yet.tsx";
import { OverviewCharts } from "../parts/overview-charts.tsx";
import { OverviewFigures } from "../parts/overview-figures.tsx";
import { PageFrame } from "../parts/page.tsx";
import { SpanPicker } from "../parts/span-picker.tsx";
import { Loading, Trouble } from "../parts/states.tsx";
import { readSpan } from "../span.ts";

/** The page. */
export function OverviewPage() {
  const search = useSearch({ from: "/" });
  const navigate = useNavigate();
  const span = readSpan(search);
  const { data, error, refetch, isPlaceholderData } = useQuery(overviewQuery(span, search.account));
  const accounts = useQuery(accountsQuery).data ?? [];
  return (
    <PageFrame
      title="Overview"
      side={
        <>
          {accounts.length < 2 ? null : (
            <NativeSelect
              size="xs"
              aria-label="Account"
              value={search.account ?? ""}
              data={[{ value: "", label: "All accounts" }, ...accounts.map(({ name }) => name)]}
              onChange={(event) => {
                const { account: _account, ...rest } = search;
                const { value } = event.currentTarget;
                void navigate({ to: "/", search: value === "" ? rest : { ...rest, account: value } });
              }}
            />
          )}
          <SpanPicker
            span={span}
            shown={data ?? null}
            onChange={(next) => {
              const { account } = search;
              void navigate({ to: "/", search: account === undefined ? next : { ...next, account } });
            }}
          />
        </>
      }
    >
      {data !== undefined ? (
        <div aria-busy={isPlaceholderData} className="overview">
          <Figures overview={data} account={search.account} live={span.type === "last"} />
        </div>
      ) : error === null ? (
        <Loading />
      ) : (
        <Trouble error={error} again={() => void refetch()} />
      )}
    </PageFrame>
  );
}

function Figures({
  overview,
  account,
  live,
}: {
  readonly overview: Overview;
  readonly account: string | undefined;
  /** The window ends now, so that its end is no filter. */
  readonly live: boolean;
}) {
  const { totals, current, complete_from: since } = overview;
  const within = {
    created_after: overview.from,
    ...(live ? {} : { created_before: overview.to }),
    ...(account === undefined ? {} : { account }),
  };
  const nothing = since === null || (totals.asked === 0 && current.active + current.parked === 0);
  return (
    <>
      <Diagnosis overview={overview} />
      {nothing && totals.attempts.total === 0 ? (
        <NothingYet />
      ) : (
        <>
          <OverviewFigures overview={overview} within={within} />
          <OverviewCharts overview={overview} within={account === undefined ? {} : { account }} />
          {since !== null && Date.parse(since) > Date.parse(overview.from) ? (
            <p className="dim counted-from">
              Counted from <Moment at={since} as="full" /> on.
            </p>
          ) : null}
        </>
      )}
      <section className="panel" aria-labelledby="by-account">
        <h2 id="by-account">Accounts</h2>
        <AccountTable accounts={overview.accounts} within={within} />
      </section>
      <div className="halves">
        <section className="panel" aria-labelledby="by-kind">
          <h2 id="by-kind">Failures by kind</h2>
          <KindTable totals={totals} within={within} />
        </section>
        <section className="panel" aria-labelledby="incidents">
          <h2 id="incidents">Incidents</h2>
          <IncidentList incidents={overview.incidents} now={overview.at} />
        </section>
      </div>
    </>
  );
}

function Diagnosis({ overview }: { readonly overview: Overview }) {
  const { tone, title, detail } = diagnose(overview);
  const { parked_open: parked } = overview.current;
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
