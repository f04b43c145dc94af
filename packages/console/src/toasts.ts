/** Short words about what was just done, kept until they were read or some seconds passed. The list, not the picture. */
import type { ReactNode } from "react";

/** How long one stays when nobody points at it, in milliseconds. */
export const toastMs = 6_000;
const toastsMax = 3;

/** One announcement. */
export interface Toast {
  readonly id: number;
  readonly title: string;
  readonly message: ReactNode;
  readonly tone: "ok" | "fail";
}

let shown: readonly Toast[] = [];
let last = 0;
const listeners = new Set<() => void>();

function become(next: readonly Toast[]): void {
  shown = next;
  for (const listener of listeners) listener();
}

/** Announces; the oldest makes room. */
export function announce(toast: Omit<Toast, "id">): void {
  last += 1;
  become([...shown, { ...toast, id: last }].slice(-toastsMax));
}

/** Takes one away. */
export function dismissToast(id: number): void {
  become(shown.filter((toast) => toast.id !== id));
}

/** Calls back on every change. @returns the end of it */
export function followToasts(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** What is announced now. */
export function currentToasts(): readonly Toast[] {
  return shown;
}
