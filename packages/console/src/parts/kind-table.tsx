/** Failures by kind, most first, and whose trouble each is. */
import { Link } from "@tanstack/react-router";
import type { Figures } from "../api/types.ts";
import type { ListSearch } from "../filters.ts";
import { count, share } from "../format.ts";
import { kindsOf, sideOf, sideWords } from "../overview.ts";

/** The table. @param within the window and the account as filters of a list */
export function KindTable({ totals, within }: { readonly totals: Figures; readonly within: ListSearch }) {
  const kinds = kindsOf(totals);
  const most = kinds[0]?.size ?? 1;
  if (kinds.length === 0) return <p className="soft">Nothing failed in this time.</p>;
  return (
    <div className="scroller" role="region" aria-label="Kinds of failures" tabIndex={0}>
      <table className="plain num kinds">
        <thead>
          <tr>
            <th scope="col">Kind</th>
            <th scope="col" className="end">
              Times
            </th>
            <th scope="col">
              <span className="visually-hidden">Compared</span>
            </th>
            <th scope="col">Whose</th>
          </tr>
        </thead>
        <tbody>
          {kinds.map(({ kind, size }) => (
            <tr key={kind}>
              <th scope="row">
                <Link to="/operations" search={{ ...within, kind }}>
                  {kind.replaceAll("_", " ")}
                </Link>
              </th>
              <td className="end" title={`${share(size, totals.attempts.total)} of all attempts`}>
                {count(size)}
              </td>
              <td className="kind-bar" aria-hidden="true">
                <span data-side={sideOf(kind)} style={{ width: `${(size / most) * 100}%` }} />
              </td>
              <td className="soft">{sideWords[sideOf(kind)]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
