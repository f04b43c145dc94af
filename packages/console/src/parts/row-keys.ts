/**
 * Walking a list with the keyboard. The focus itself walks, from link to link, so that everybody (and every screen
 * reader) knows which row is meant; when a row disappears under it, its neighbour takes over.
 */
import { useEffect, useRef } from "react";
import type { Summary } from "../api/types.ts";
import { useFocusOffer } from "../focus.ts";
import { useKeys } from "../keys.ts";

/** The row to come back to after its page was open. */
let lastOpened: string | null = null;

function linkOf(id: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`);
}

/** Binds `j`, `k` and the given keys, each of which acts on the row that has the focus. */
export function useRowKeys(rows: readonly Summary[], actions: Readonly<Record<string, (row: Summary) => void>>): void {
  const place = useRef(-1);
  const indexOf = (element: Element | null): number => {
    const id = element?.closest("tr")?.dataset["id"];
    return id === undefined ? -1 : rows.findIndex((row) => row.id === id);
  };
  const focus = (index: number): void => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (row !== undefined) linkOf(row.id)?.focus();
  };
  const move = (step: number): void => {
    const here = indexOf(document.activeElement);
    focus(here === -1 ? Math.max(place.current, step > 0 ? 0 : rows.length - 1) : here + step);
  };
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
      place.current = index;
      lastOpened = rows[index]?.id ?? null;
    };
    addEventListener("focusin", followed);
    return () => {
      removeEventListener("focusin", followed);
    };
  });
  // A row that disappears hands over to its neighbour; coming back from a page, its row has the focus again.
  useFocusOffer(() => {
    const row = rows[Math.min(rows.length - 1, place.current)];
    const id = row?.id ?? lastOpened;
    return id === null || id === undefined ? null : linkOf(id);
  });
}
