/** One piece of bulk work: how far it is, what became of each, and stopping it. */
import { Button, Progress } from "@mantine/core";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import { ask } from "../api/client.ts";
import { bulkQuery } from "../api/queries.ts";
import type { Bulk, BulkItem } from "../api/types.ts";
import { cancelBulk } from "../api/verbs.ts";
import { toCsv } from "../csv.ts";
import { count, duration, plural } from "../format.ts";
import { ToneBadge } from "../parts/badge.tsx";
import { BulkBadge } from "../parts/bulk-badge.tsx";
import { Moment } from "../parts/moment.tsx";
import { PageFrame } from "../parts/page.tsx";
import { Loading, Trouble } from "../parts/states.tsx";
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
  const ended = bulk !== undefined && bulk.state !== "running";
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
          {bulk.state === "running" ? (
            <Button
              variant="default"
              onClick={() => {
                void cancelBulk(id, "stopped from the console").then(async () =>
                  queries.invalidateQueries({ queryKey: ["bulk", id] }),
                );
              }}
            >
              Cancel the rest
            </Button>
          ) : null}
          <Button variant="default" onClick={() => void download(bulk)}>
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
          {bulk.state === "running" ? ` · about ${duration((left / bulk.rate) * 1_000)} at ${bulk.rate}/s` : ""}
        </p>
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

function percent(part: number, bulk: Bulk): number {
  return bulk.total === 0 ? 0 : (part / bulk.total) * 100;
}

/** Every result as a file. Ids and results only: nothing personal leaves. */
async function download(bulk: Bulk): Promise<void> {
  const rows: string[][] = [["operation", "result", "message", "new_operation"]];
  let cursor: string | null = "";
  while (cursor !== null) {
    const more: string = cursor === "" ? "" : `&cursor=${cursor}`;
    const page: Bulk = await ask<Bulk>(`/v1/bulk/${encodeURIComponent(bulk.id)}?limit=200${more}`);
    for (const { id, status, message, child_id: child } of page.results ?? [])
      rows.push([id, status, message ?? "", child ?? ""]);
    cursor = page.next_cursor ?? null;
  }
  const url = URL.createObjectURL(new Blob([toCsv(rows)], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${bulk.id}.csv`;
  link.click();
  URL.revokeObjectURL(url);
}
