/**
 * Walking a list with the keyboard. The focus itself walks, from link to link, so that everybody (and every screen
 * reader) knows which row is meant; when a row disappears under it, its neighbour takes over.
 */
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Summary } from "../api/types.ts";
import { useFocusOffer } from "../focus.ts";
import { useKeys } from "../keys.ts";

/** The row to come back to after its page was open. */
let lastOpened: string | null = null;

function linkOf(id: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`);
}

/**
 * Binds `j`, `k` and the given keys, each of which acts on the row that has the focus.
 * @param reach brings a row into view, by index
 * @returns the index of the row that has or had the focus, which must stay drawn; −1: none
 */
export function useRowKeys(
  rows: readonly Summary[],
  actions: Readonly<Record<string, (row: Summary) => void>>,
  reach: (index: number) => void,
): number {
  // Coming back from an operation's page, its row is the place to go on from.
  const [place, setPlace] = useState(() => rows.findIndex(({ id }) => id === lastOpened));
  const [wanted, setWanted] = useState<{ readonly index: number } | null>(null);
  const reached = useRef(wanted);
  const indexOf = (element: Element | null): number => {
    const id = element?.closest("tr")?.dataset["id"];
    return id === undefined ? -1 : rows.findIndex((row) => row.id === id);
  };
  const move = (step: number): void => {
    if (rows.length === 0) return;
    const here = indexOf(document.activeElement);
    const next = here === -1 ? Math.max(place, step > 0 ? 0 : rows.length - 1) : here + step;
    const index = Math.max(0, Math.min(rows.length - 1, next));
    setPlace(index);
    setWanted({ index });
  };
  useLayoutEffect(() => {
    // The wanted row is drawn by now, wherever the page is scrolled.
    if (wanted === reached.current) return;
    reached.current = wanted;
    const row = wanted === null ? undefined : rows[wanted.index];
    if (wanted === null || row === undefined) return;
    linkOf(row.id)?.focus({ preventScroll: true });
    reach(wanted.index);
  }, [wanted, rows, reach]);
  useKeys({
    j: () => {
      move(1);
    },
    k: () => {
      move(-1);
    },
    ...Object.fromEntries(
      Object.entries(actions).map(([key, act]) => [
        key,
        () => {
          const row = rows[indexOf(document.activeElement)];
          if (row !== undefined) act(row);
        },
      ]),
    ),
  });
  useEffect(() => {
    const followed = ({ target }: FocusEvent): void => {
      const index = indexOf(target as Element);
      if (index === -1) return;
      setPlace(index);
      lastOpened = rows[index]?.id ?? null;
    };
    addEventListener("focusin", followed);
    return () => {
      removeEventListener("focusin", followed);
    };
  });
  // A row that disappears hands over to its neighbour.
  useFocusOffer(() => {
    const row = rows[Math.min(rows.length - 1, place)];
    const id = row?.id ?? lastOpened;
    return id === null || id === undefined ? null : linkOf(id);
  });
  return Math.min(place, rows.length - 1);
}
