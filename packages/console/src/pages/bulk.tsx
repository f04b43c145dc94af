/** One piece of bulk work: how far it is, what became of each, and stopping it. */
import { Button, Progress } from "@mantine/core";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import { bulkQuery } from "../api/queries.ts";
import type { Bulk, BulkItem, BulkLine } from "../api/types.ts";
import { count, duration, plural } from "../format.ts";
import { ToneBadge } from "../parts/badge.tsx";
import { BulkBadge } from "../parts/bulk-badge.tsx";
import { BulkWords } from "../parts/bulk-words.tsx";
import { Moment } from "../parts/moment.tsx";
import { PageFrame } from "../parts/page.tsx";
import { Loading, Trouble } from "../parts/states.tsx";
import { useSession } from "../permissions.ts";
import { verbWords } from "../words.ts";
import type { Tone } from "../words.ts";

const itemWords: Readonly<Record<BulkItem["status"], readonly [string, Tone]>> = {
  pending: ["To come", "wait"],
  done: ["Done", "ok"],
  conflict: ["Left alone", "late"],
  not_found: ["Gone", "off"],
  invalid: ["Refused", "fail"],
};

/** The page. */
export function BulkPage() {
  const { id } = useParams({ from: "/bulk/$id" });
  const queries = useQueryClient();
  const found = useInfiniteQuery(bulkQuery(id));
  const bulk = found.data?.pages[0];
  const ended = bulk !== undefined && ["completed", "cancelled", "rejected"].includes(bulk.state);
  useEffect(() => {
    if (!ended) return;
    void queries.invalidateQueries({ queryKey: ["groups"] });
    void queries.invalidateQueries({ queryKey: ["operations"] });
  }, [ended, queries]);
  if (bulk === undefined)
    return (
      <PageFrame title="Bulk">
        {found.error === null ? <Loading /> : <Trouble error={found.error} again={() => void found.refetch()} />}
      </PageFrame>
    );
  const items = found.data?.pages.flatMap((page) => page.results ?? []) ?? [];
  const left = bulk.total - bulk.done;
  return (
    <PageFrame
      title={`${verbWords[bulk.action].label}: ${plural(bulk.total, "operation")}`}
      lead={
        <>
          {bulk.created_by}, <Moment at={bulk.created_at} as="full" />: {bulk.reason}
        </>
      }
      side={
        <>
          <BulkBadge bulk={bulk} />
          <BulkWords bulk={bulk} />
          <Button variant="default" component="a" href={`/v1/bulk/${encodeURIComponent(id)}.csv`} download>
            CSV
          </Button>
        </>
      }
    >
      <section className="panel" aria-label="Progress">
        <Progress.Root size="md">
          <Progress.Section value={percent(bulk.succeeded, bulk)} color="petrol" aria-label="Done" />
          <Progress.Section value={percent(bulk.failed, bulk)} color="orange" aria-label="Not done" />
        </Progress.Root>
        <p className="num">
          <strong>{count(bulk.succeeded)}</strong> done, <strong>{count(bulk.failed)}</strong> not,{" "}
          <strong>{count(left)}</strong> to go
          {bulk.eta_seconds === null ? "" : ` · about ${duration(bulk.eta_seconds * 1_000)} at ${bulk.rate}/s`}
        </p>
        <Approval bulk={bulk} />
        <Past lines={bulk.history ?? []} />
      </section>
      <div className="scroller" role="region" aria-label="Results" tabIndex={0}>
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">Operation</th>
              <th scope="col">Result</th>
              <th scope="col">Why</th>
              <th scope="col">New operation</th>
            </tr>
          </thead>
          <tbody>
            {items.map((item) => {
              const [label, tone] = itemWords[item.status];
              return (
                <tr key={item.id}>
                  <th scope="row">
                    <Link to="/operations/$id" params={{ id: item.id }} className="mono">
                      {item.id}
                    </Link>
                  </th>
                  <td>
                    <ToneBadge tone={tone}>{label}</ToneBadge>
                  </td>
                  <td className="soft">{item.message}</td>
                  <td>
                    {item.child_id === null ? null : (
                      <Link to="/operations/$id" params={{ id: item.child_id }} className="mono">
                        {item.child_id}
                      </Link>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {found.hasNextPage ? (
        <div className="pager">
          <Button variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
            More results
          </Button>
        </div>
      ) : null}
    </PageFrame>
  );
}

/** What a second person has to say, or said. */
function Approval({ bulk: { approval, created_by: by } }: { readonly bulk: Bulk }) {
  const { name } = useSession();
  if (!approval.required) return null;
  if (approval.verdict === null)
    return (
      <p className="note" data-tone="doubt">
        More than {count(approval.above ?? 0)} operations at once need a second person.{" "}
        {by === name ? "Ask another admin to open this page." : `${by} asked for it; look at it, then decide.`}
      </p>
    );
  return (
    <p className="soft">
      {approval.verdict === "approved" ? "Approved" : "Refused"} by <strong>{approval.by}</strong>
      {approval.reason === null ? "" : `: ${approval.reason}`}
    </p>
  );
}

const pastWords: Readonly<Record<string, string>> = {
  "bulk.created": "asked for it",
  "bulk.approved": "approved it",
  "bulk.rejected": "refused it",
  "bulk.paused": "paused it",
  "bulk.resumed": "let it go on",
  "bulk.cancelled": "cancelled the rest",
  "bulk.completed": "was through with it",
};

/** Who said what about it, and when. */
function Past({ lines }: { readonly lines: readonly BulkLine[] }) {
  if (lines.length < 2) return null;
  return (
    <ol className="past">
      {lines.map(({ at, event, actor, because }) => (
        <li key={`${at} ${event}`}>
          <Moment at={at} as="clock" /> <strong>{actor}</strong> {pastWords[event] ?? event}
          {because === null ? null : <span className="soft">: {because}</span>}
        </li>
      ))}
    </ol>
  );
}

function percent(part: number, bulk: Bulk): number {
  return bulk.total === 0 ? 0 : (part / bulk.total) * 100;
}
