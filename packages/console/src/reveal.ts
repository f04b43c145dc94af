/**
 * What has been revealed, for five minutes, in this page's memory only. Asking is an act: it has a reason and is on
 * record before anything is shown.
 */
import { useEffect, useSyncExternalStore } from "react";
import type { Operation } from "./api/types.ts";
import { reveal } from "./api/verbs.ts";

/** How long something stays readable, in milliseconds. */
export const revealMs = 5 * 60_000;

/** One operation in full. */
export interface Revealed {
  readonly operation: Operation;
  /** Epoch milliseconds at which it is hidden again. */
  readonly until: number;
}

const shown = new Map<string, Revealed>();
const listeners = new Set<() => void>();

function changed(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** Reveals. @throws {ApiError} */
export async function revealOperation(id: string, reason: string): Promise<Operation> {
  const operation = await reveal(id, reason);
  shown.set(id, { operation, until: Date.now() + revealMs });
  changed();
  return operation;
}

/** Hides again at once. */
export function hide(id: string): void {
  if (shown.delete(id)) changed();
}

/** What is revealed of an operation now, or null. */
export function useRevealed(id: string): Revealed | null {
  const revealed = useSyncExternalStore(subscribe, () => shown.get(id) ?? null);
  useEffect(() => {
    if (revealed === null) return undefined;
    const timer = setTimeout(() => {
      hide(id);
    }, revealed.until - Date.now());
    return () => {
      clearTimeout(timer);
    };
  }, [id, revealed]);
  return revealed;
}
