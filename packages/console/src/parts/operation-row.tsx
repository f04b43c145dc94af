/** One row. The link carries the operation's id; everything else on the row leads there too. */
import { Checkbox } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { memo } from "react";
import type { Summary } from "../api/types.ts";
import { shortId } from "../format.ts";
import { verdict } from "../words.ts";
import { StateBadge } from "./badge.tsx";
import { Moment } from "./moment.tsx";

/** A row of a list. */
export const OperationRow = memo(function OperationRow({
  row,
  index,
  selected,
  toggle,
  measure,
}: {
  readonly row: Summary;
  /** Its place in the list, from 0. */
  readonly index: number;
  readonly selected: boolean;
  readonly toggle: (row: Summary) => void;
  /** Is told the drawn row, so that its height is known. */
  readonly measure: (element: HTMLElement | null) => void;
}) {
  const { failure } = row;
  return (
    <tr
      ref={measure}
      data-id={row.id}
      data-index={index}
      aria-rowindex={index + 2}
      data-selected={selected || undefined}
    >
      <td className="cell-check">
        <Checkbox
          size="xs"
          checked={selected}
          onChange={() => {
            toggle(row);
          }}
          aria-label={`Select ${row.id}`}
          tabIndex={-1}
        />
      </td>
      <td className="cell-state">
        <StateBadge facts={row} />
      </td>
      <td className="cell-who">
        <Link to="/operations/$id" params={{ id: row.id }} className="row-link" data-row={row.id}>
          {row.recipient ?? shortId(row.id)}
        </Link>
        <span className="dim clip">{row.reference ?? shortId(row.id)}</span>
      </td>
      <td className="cell-what">
        <span className="clip">{row.operation}</span>
        <span className="dim clip">{row.account}</span>
      </td>
      <td className="cell-why">
        {failure === null ? (
          <span className="dim clip">{row.provider_status ?? verdict(row)}</span>
        ) : (
          <>
            <span className="clip">
              {failure.code === null ? null : <span className="mono code">{failure.code}</span>}
              {failure.message}
            </span>
            <span className="dim clip">{failure.guidance}</span>
          </>
        )}
      </td>
      <td className="cell-when end dim">
        <Moment at={row.updated_at} />
        {row.assignee === null ? null : <span className="whose clip">{row.assignee}</span>}
        {row.attempts_started > 1 ? <span className="tries">{row.attempts_started} attempts</span> : null}
      </td>
    </tr>
  );
});
