/**
 * Keyboard shortcuts. One listener, one sequence buffer (`g` then a letter).
 *
 * Silent while somebody types, while a dialog is open (unless asked), and when the person switched single keys off
 * (WCAG 2.2, 2.1.4).
 */
import { useEffect, useRef, useSyncExternalStore } from "react";

const storageKey = "landline-keys";
const sequenceMs = 1_200;
const listeners = new Set<() => void>();

/** Whether single-key shortcuts are on. */
function keysEnabled(): boolean {
  try {
    return localStorage.getItem(storageKey) !== "off";
  } catch {
    return true;
  }
}

/** Switches them. */
export function enableKeys(on: boolean): void {
  try {
    localStorage.setItem(storageKey, on ? "on" : "off");
  } catch {
    // Without storage the choice lasts as long as the page; there is nothing else to keep it in.
  }
  for (const listener of listeners) listener();
}

/** Whether single-key shortcuts are on, followed. */
export function useKeysEnabled(): boolean {
  return useSyncExternalStore(subscribe, keysEnabled);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** What a key does, by the key (`j`, `?`) or a sequence (`g r`). */
export type KeyMap = Readonly<Record<string, (event: KeyboardEvent) => void>>;

/** True where letters belong to what has the focus. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true;
  return target instanceof HTMLInputElement && target.type !== "checkbox" && target.type !== "radio";
}

/** Listens while the component is there. */
export function useKeys(map: KeyMap, active = true): void {
  const current = useRef(map);
  const enabled = useKeysEnabled();
  useEffect(() => {
    current.current = map;
  });
  useEffect(() => {
    if (!active || !enabled) return undefined;
    let first = "";
    let since = 0;
    const pressed = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector('[role="dialog"][aria-modal="true"]') !== null) return;
      const sequence = event.timeStamp - since < sequenceMs ? `${first} ${event.key}` : "";
      const found =
        current.current[sequence] ?? (first !== "g" || sequence === "" ? current.current[event.key] : undefined);
      first = event.key === "g" && sequence === "" ? "g" : "";
      since = event.timeStamp;
      if (found === undefined) return;
      event.preventDefault();
      found(event);
    };
    addEventListener("keydown", pressed);
    return () => {
      removeEventListener("keydown", pressed);
    };
  }, [active, enabled]);
}

/** Every shortcut, for the help page. */
export const shortcuts: readonly { readonly title: string; readonly keys: readonly (readonly [string, string])[] }[] = [
  {
    title: "Anywhere",
    keys: [
      ["/", "Search"],
      ["⌘ K", "Command palette"],
      ["g then o", "Overview"],
      ["g then r", "Review"],
      ["g then a", "All operations"],
      ["g then b", "Bulk work"],
      ["g then c", "Accounts"],
      ["g then s", "Settings"],
      ["?", "This page"],
    ],
  },
  {
    title: "In a list",
    keys: [
      ["j", "Next row"],
      ["k", "Previous row"],
      ["x", "Select the row"],
      ["Enter", "Open the row"],
      ["n", "Show what is new"],
    ],
  },
  {
    title: "On a row or an operation",
    keys: [
      ["e", "Fix and retry"],
      ["r", "Retry"],
      ["f", "Other channel"],
      ["d", "Discard"],
      ["p", "Ask the provider (doubt)"],
      ["s", "Settle the doubt"],
      ["c", "Cancel"],
      ["a", "Assign"],
      ["z", "Put off"],
      ["m", "Comment"],
      ["u", "Back to the list"],
    ],
  },
];
