/** Before many are decided at once: exactly how many, which ones for example, how long it takes, what is left alone. */
import { Button, NativeSelect, NumberInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useRouterState, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { ApiError } from "../api/client.ts";
import { groupsQuery, sampleQuery } from "../api/queries.ts";
import type { Bulk, BulkAction, Group } from "../api/types.ts";
import { startBulk } from "../api/verbs.ts";
import { filtersOf } from "../filters.ts";
import type { Filters } from "../filters.ts";
import { count, duration, plural } from "../format.ts";
import { StateBadge } from "../parts/badge.tsx";
import { PageFrame } from "../parts/page.tsx";
import { Problem } from "../parts/problem.tsx";
import { ReasonField } from "../parts/reason-field.tsx";
import { Blank, Loading } from "../parts/states.tsx";
import { useMay } from "../permissions.ts";
import { availability, verbWords } from "../words.ts";

const actions: readonly BulkAction[] = ["retry", "reconcile", "fallback", "discard", "cancel"];

/** The page. */
export function BulkNewPage() {
  const search = useSearch({ from: "/bulk/new" });
  const navigate = useNavigate();
  const may = useMay();
  const action = actions.find((each) => each === search.action) ?? "retry";
  const to = useRouterState({ select: ({ location }) => location.state.to });
  const query: Filters = { state: "parked", ...filtersOf(search), ...(to === undefined ? {} : { to }) };
  const [reason, setReason] = useState("");
  const [rate, setRate] = useState(50);
  const [preview, setPreview] = useState<Bulk | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const sample = useQuery(sampleQuery(query)).data ?? [];
  const { label, does } = verbWords[action];
  const run = async (dry: boolean): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      const bulk = await startBulk({ action, query, reason: reason.trim(), rate, dry_run: dry });
      if (dry) setPreview(bulk);
      else await navigate({ to: "/bulk/$id", params: { id: bulk.id } });
    } catch (error) {
      if (error instanceof ApiError) setProblem(error);
      else throw error;
    } finally {
      setBusy(false);
    }
  };
  if (!may("administer"))
    return (
      <PageFrame title="Bulk">
        <Blank title="Your key does not allow this">Bulk work needs the role admin.</Blank>
      </PageFrame>
    );
  return (
    <PageFrame title={`${label}, many at once`} lead={does}>
      <form
        className="bulk-new"
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim() !== "") void run(preview === null);
        }}
      >
        <section className="panel" aria-labelledby="which">
          <header>
            <h2 id="which">Which</h2>
          </header>
          <dl className="facts wide">
            {Object.entries(query).map(([name, value]) => (
              <div key={name}>
                <dt>{name.replaceAll("_", " ")}</dt>
                <dd className="mono">{value}</dd>
              </div>
            ))}
          </dl>
          <NativeSelect
            label="What to do"
            value={action}
            data={actions.map((value) => ({ value, label: verbWords[value].label }))}
            onChange={(event) => {
              setPreview(null);
              void navigate({
                to: "/bulk/new",
                search: { ...search, action: event.currentTarget.value },
                state: to === undefined ? {} : { to },
                replace: true,
              });
            }}
          />
          <NumberInput
            label="Operations per second"
            description="What is sent still goes through each account's own limits, behind what is urgent."
            value={rate}
            min={1}
            max={1_000}
            clampBehavior="strict"
            onChange={(value) => {
              setPreview(null);
              setRate(typeof value === "number" && value >= 1 ? value : 1);
            }}
          />
          <ReasonField value={reason} onChange={setReason} />
          <Problem problem={problem} />
          <div className="dialog-foot">
            <Button type="submit" variant="default" loading={busy} disabled={reason.trim() === "" || preview !== null}>
              Preview
            </Button>
          </div>
        </section>
        <section className="panel" aria-labelledby="preview" aria-live="polite">
          <header>
            <h2 id="preview">Preview</h2>
          </header>
          {preview === null ? (
            <p className="dim">Say why, then look at exactly what would happen. Nothing happens before.</p>
          ) : preview.total === 0 ? (
            <p>Nothing matches now.</p>
          ) : (
            <>
              <p className="figure">
                <strong className="num">{count(preview.total)}</strong>{" "}
                {preview.total === 1 ? "operation" : "operations"}
              </p>
              <p>
                At {plural(rate, "operation")} per second this takes about {duration((preview.total / rate) * 1_000)}.
                Membership is frozen when it starts: what changes meanwhile is left alone and reported.
              </p>
              <Skipped action={action} query={query} />
              <div className="dialog-foot">
                <Button
                  type="submit"
                  loading={busy}
                  autoFocus
                  {...(action === "discard" || action === "cancel" ? { color: "red.9" } : {})}
                >
                  {label} {count(preview.total)} {preview.total === 1 ? "operation" : "operations"}
                </Button>
              </div>
            </>
          )}
          {sample.length === 0 ? null : (
            <>
              <h3>For example</h3>
              <ul className="sample">
                {sample.map((row) => {
                  const possible = availability(action, row);
                  return (
                    <li key={row.id}>
                      <StateBadge facts={row} />
                      <Link to="/operations/$id" params={{ id: row.id }}>
                        {row.recipient ?? row.id}
                      </Link>
                      <span className="dim clip">{row.failure?.message ?? row.reference}</span>
                      {possible === true ? null : <span className="sample-no">{possible ?? "left alone"}</span>}
                    </li>
                  );
                })}
              </ul>
            </>
          )}
        </section>
      </form>
    </PageFrame>
  );
}

/** How many of the causes touched would be refused, where the causes tell exactly. */
function Skipped({ action, query }: { readonly action: BulkAction; readonly query: Filters }) {
  const { data } = useQuery(groupsQuery);
  if (data === undefined) return <Loading rows={1} />;
  const { state, account, operation, parked_reason: reason, kind, code, ...others } = query;
  if (state !== "parked" || Object.keys(others).length > 0) return null;
  const touched = data.filter(
    (group) =>
      (account === undefined || account === group.account) &&
      (operation === undefined || operation === group.operation) &&
      (reason === undefined || reason === group.parked_reason) &&
      (kind === undefined || kind === group.kind) &&
      (code === undefined || code === group.code),
  );
  const refusals = touched.flatMap((group) => {
    const possible = availability(action, factsOf(group));
    return possible === true ? [] : [{ why: possible ?? "Not possible in this state.", size: group.count }];
  });
  if (refusals.length === 0) return <p className="soft">None of them is expected to be refused.</p>;
  return (
    <ul className="note" data-tone="late">
      {refusals.map(({ why, size }, index) => (
        <li key={index}>
          <strong className="num">{count(size)}</strong> will be left alone: {why}
        </li>
      ))}
    </ul>
  );
}

function factsOf(group: Group): Parameters<typeof availability>[1] {
  return {
    state: "parked",
    parked_reason: group.parked_reason,
    // Only the kind is known of a cause, and it is all that the rules ask for.
    failure: (group.kind === null ? null : { kind: group.kind, execution: "not_executed" }) as Parameters<
      typeof availability
    >[1]["failure"],
  };
}
