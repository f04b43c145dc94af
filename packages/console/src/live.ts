/**
 * The stream of changes, shared by everything on the page. It tells; it moves nothing.
 *
 * What is on screen decides for itself what a change means: an operation's page reads again, a list offers "12 new".
 */
import { useEffect, useRef, useSyncExternalStore } from "react";
import type { LiveEvent } from "./api/types.ts";

/** How the stream is doing. */
export type LiveStatus = "connecting" | "live" | "broken";

const names = [
  "operation.changed",
  "operation.attempted",
  "receipt.received",
  "account.changed",
  "incident.opened",
  "incident.closed",
  "reset",
] as const;

type Listener = (event: LiveEvent) => void;

const listeners = new Set<Listener>();
const watchers = new Set<() => void>();
let source: EventSource | null = null;
let status: LiveStatus = "connecting";
let again: ReturnType<typeof setTimeout> | undefined;

function become(next: LiveStatus): void {
  if (status === next) return;
  status = next;
  for (const watcher of watchers) watcher();
}

function tell(event: LiveEvent): void {
  for (const listener of listeners) listener(event);
}

/** Opens the stream; the returned function closes it. */
export function openLive(): () => void {
  const connect = (): void => {
    source = new EventSource("/v1/events");
    source.addEventListener("open", () => {
      // After a gap nobody knows what was missed; `reset` makes everybody look again.
      if (status === "broken") tell({ type: "reset", at: new Date().toISOString() });
      become("live");
    });
    source.addEventListener("error", () => {
      become("broken");
      // The browser gives up by itself on a refused stream; then we ask again, slowly.
      if (source?.readyState === EventSource.CLOSED) again = setTimeout(connect, 5_000);
    });
    for (const name of names)
      source.addEventListener(name, ({ data }: MessageEvent<string>) => {
        tell(JSON.parse(data) as LiveEvent);
      });
  };
  connect();
  return () => {
    clearTimeout(again);
    source?.close();
    source = null;
  };
}

/** How the stream is doing, followed. */
export function useLiveStatus(): LiveStatus {
  return useSyncExternalStore(watch, () => status);
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => {
    watchers.delete(watcher);
  };
}

/** Calls back on every event while the component is there. */
export function useLive(listener: Listener): void {
  const current = useRef(listener);
  useEffect(() => {
    current.current = listener;
  });
  useEffect(() => {
    const own: Listener = (event) => {
      current.current(event);
    };
    listeners.add(own);
    return () => {
      listeners.delete(own);
    };
  }, []);
}
