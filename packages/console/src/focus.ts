/**
 * The focus is never lost. When what had it disappears (a row that was decided, a dialog that closed, a page that
 * changed), it goes to the nearest thing that makes sense: a list offers its next row, else the page itself takes it.
 */
import { useEffect, useRef } from "react";

/** Long enough for a dialog to give the focus back by itself. */
const patienceMs = 160;

let offer: (() => HTMLElement | null) | null = null;

function isLost(): boolean {
  const { activeElement } = document;
  return activeElement === null || activeElement === document.body;
}

function recover(): void {
  if (!isLost() || document.querySelector('[role="dialog"][aria-modal="true"]') !== null) return;
  const target = offer?.() ?? document.querySelector<HTMLElement>("#content");
  target?.focus({ preventScroll: true });
}

/** Watches the page; once, for everything. */
export function useFocusKeeper(): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const observer = new MutationObserver(() => {
      if (!isLost()) return;
      clearTimeout(timer);
      timer = setTimeout(recover, patienceMs);
    });
    observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      clearTimeout(timer);
      observer.disconnect();
    };
  }, []);
}

/** Offers something to take a lost focus, while the component is there. */
export function useFocusOffer(candidate: () => HTMLElement | null): void {
  const current = useRef(candidate);
  useEffect(() => {
    current.current = candidate;
  });
  useEffect(() => {
    const own = (): HTMLElement | null => current.current();
    offer = own;
    return () => {
      if (offer === own) offer = null;
    };
  }, []);
}
