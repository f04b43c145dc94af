/**
 * The rows of a long list. Only those in view are drawn, and the one that has the focus: a hundred thousand rows cost
 * what forty cost. To a screen reader they are one table with its true positions.
 */
import { defaultRangeExtractor, useWindowVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useLayoutEffect, useRef, useState } from "react";
import type { Summary } from "../api/types.ts";
import { OperationRow } from "./operation-row.tsx";
import { useRowKeys } from "./row-keys.ts";

/** Height of a row before it was measured, in CSS pixels. */
const rowHeight = 50;
/** Rows drawn beyond each edge. */
const overscan = 12;
/** The next page is fetched when this many rows are left below. */
const ahead = 60;

/** The table. */
export function RowsTable({
  rows,
  complete,
  selected,
  toggle,
  actions,
  onEnd,
}: {
  readonly rows: readonly Summary[];
  /** False: more follow. */
  readonly complete: boolean;
  readonly selected: ReadonlyMap<string, Summary>;
  readonly toggle: (row: Summary) => void;
  readonly actions: Readonly<Record<string, (row: Summary) => void>>;
  /** The end of what was read comes near. */
  readonly onEnd: () => void;
}) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [top, setTop] = useState(0);
  const kept = useRef(-1);
  // oxlint-disable-next-line react/incompatible-library -- no compiler memoizes here
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    overscan,
    scrollMargin: top,
    getItemKey: (index) => rows[index]?.id ?? index,
    rangeExtractor: (range) => {
      const drawn = defaultRangeExtractor(range);
      const index = kept.current;
      return index < 0 || index >= range.count || drawn.includes(index)
        ? drawn
        : [...drawn, index].toSorted((left, right) => left - right);
    },
  });
  const { scrollToIndex } = virtual;
  const reach = useCallback(
    (index: number) => {
      scrollToIndex(index, { align: "auto" });
    },
    [scrollToIndex],
  );
  kept.current = useRowKeys(rows, actions, reach);
  useLayoutEffect(() => {
    // Where the table begins depends on what stands above it, which may change at any time.
    const measured = body.current === null ? 0 : body.current.getBoundingClientRect().top + scrollY;
    if (Math.abs(measured - top) > 1) setTop(measured);
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useLayoutEffect(() => {
    if (!complete && last >= rows.length - ahead) onEnd();
  }, [complete, last, rows.length, onEnd]);
  let end = top;
  return (
    <table className="rows" aria-rowcount={complete ? rows.length + 1 : -1}>
      <caption className="visually-hidden">Operations, newest first</caption>
      <thead>
        <tr aria-rowindex={1}>
          <th scope="col">
            <span className="visually-hidden">Select</span>
          </th>
          <th scope="col">State</th>
          <th scope="col">Recipient</th>
          <th scope="col">Operation</th>
          <th scope="col">What happened</th>
          <th scope="col" className="end">
            Changed
          </th>
        </tr>
      </thead>
      <tbody ref={body}>
        {items.flatMap((item) => {
          const row = rows[item.index];
          if (row === undefined) return [];
          const gap = item.start - end;
          ({ end } = item);
          return [
            gap > 0 ? <Gap key={`before ${row.id}`} height={gap} /> : null,
            <OperationRow
              key={row.id}
              row={row}
              index={item.index}
              selected={selected.has(row.id)}
              toggle={toggle}
              measure={virtual.measureElement}
            />,
          ];
        })}
        <Gap height={virtual.getTotalSize() + top - end} />
      </tbody>
    </table>
  );
}

/** The place of rows that are not drawn. */
function Gap({ height }: { readonly height: number }) {
  if (height <= 0) return null;
  return <tr aria-hidden="true" className="rows-gap" style={{ height }} />;
}
