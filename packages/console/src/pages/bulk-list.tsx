/** Everything that was decided for many at once. */
import { IconStack2 } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { bulkListQuery } from "../api/queries.ts";
import { count } from "../format.ts";
import { BulkBadge } from "../parts/bulk-badge.tsx";
import { Moment } from "../parts/moment.tsx";
import { PageFrame } from "../parts/page.tsx";
import { Blank, Loading, Trouble } from "../parts/states.tsx";
import { verbWords } from "../words.ts";

/** The page. */
export function BulkListPage() {
  const { data, error, refetch } = useQuery(bulkListQuery);
  const work = data?.filter((each) => !each.dry_run);
  return (
    <PageFrame
      title="Bulk"
      lead="Decisions on many operations at once. They go on by themselves, also after a restart."
    >
      {work === undefined ? (
        error === null ? (
          <Loading />
        ) : (
          <Trouble error={error} again={() => void refetch()} />
        )
      ) : work.length === 0 ? (
        <Blank icon={<IconStack2 stroke={1.4} />} title="No bulk work yet">
          Choose a cause in <Link to="/review">Review</Link> and decide on all of it.
        </Blank>
      ) : (
        <div className="scroller" role="region" aria-label="Bulk work" tabIndex={0}>
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">Work</th>
                <th scope="col">State</th>
                <th scope="col" className="end">
                  Operations
                </th>
                <th scope="col" className="end">
                  Done
                </th>
                <th scope="col" className="end">
                  Not
                </th>
                <th scope="col">By</th>
                <th scope="col" className="end">
                  Begun
                </th>
              </tr>
            </thead>
            <tbody>
              {work.map((each) => (
                <tr key={each.id}>
                  <th scope="row">
                    <Link to="/bulk/$id" params={{ id: each.id }}>
                      {verbWords[each.action].label}
                    </Link>{" "}
                    <span className="dim">{each.reason}</span>
                  </th>
                  <td>
                    <BulkBadge bulk={each} />
                  </td>
                  <td className="end num">{count(each.total)}</td>
                  <td className="end num">{count(each.succeeded)}</td>
                  <td className="end num">{count(each.failed)}</td>
                  <td>{each.created_by}</td>
                  <td className="end dim">
                    <Moment at={each.created_at} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </PageFrame>
  );
}
