/**
 * The port of the network: one request out, the facts of one exchange back. What implements it is the only thing in this
 * package that touches the world (`transport.ts` over undici on Node, `transport-fetch.ts` over `fetch` elsewhere).
 *
 * A transport never rejects, never follows a redirect, never retries and never logs: what went wrong is an observation,
 * and whether a byte may have left is stated exactly, because everything else rests on it.
 */
import type { Observation, RequestDescription } from "@landline/core";
import type { Ambient } from "@landline/host/ambient";

/** A request with the credentials it travels with. */
export interface Outgoing {
  readonly request: RequestDescription;
  /** Lower-case names; never part of an observation or of an error. */
  readonly authorization: Readonly<Record<string, string>>;
}

/** How long and for whom. */
export interface Limits {
  /** Milliseconds until the exchange is given up; 0 or less: it is not even begun. */
  readonly timeoutMs: number;
  /** Ends the exchange in the same tick. */
  readonly signal: AbortSignal | null;
}

/** Carries requests. */
export interface Transport {
  send(outgoing: Outgoing, limits: Limits): Promise<Observation>;
  /** Ends all sockets at once; exchanges under way end as aborted. Later ones are refused. */
  close(): void;
}

/** How to reach the network. All optional. */
export interface TransportOptions {
  /** Certificate authorities (PEM) trusted besides the system's and those of `NODE_EXTRA_CA_CERTS`. */
  readonly ca?: string | readonly string[];
  /** A proxy for everything; `false`: none, whatever the environment says. Default: `HTTP(S)_PROXY` and `NO_PROXY`. */
  readonly proxy?: string | false;
  /** Connections per origin at most. Default 256. */
  readonly connectionsMax?: number;
  /** An idle connection is closed after this many milliseconds, or earlier where the server says so. Default 4000. */
  readonly idleMs?: number;
  /** A longer answer is cut, in bytes. Default 4 MiB. */
  readonly bodyBytesMax?: number;
}

/** What a transport needs to know of time. */
export type TransportClock = Pick<Ambient, "now" | "monotonic" | "after">;

/** The default of {@link TransportOptions.bodyBytesMax}. */
export const bodyBytesMaxDefault = 4 * 1024 * 1024;

/** `https://host:port` and the rest of a URL, without parsing it: descriptions are well-formed by contract. */
export function splitUrl(url: string): { readonly origin: string; readonly path: string } {
  const slash = url.indexOf("/", url.indexOf("://") + 3);
  if (slash >= 0) return { origin: url.slice(0, slash), path: url.slice(slash) };
  const query = url.indexOf("?");
  return query < 0 ? { origin: url, path: "/" } : { origin: url.slice(0, query), path: `/${url.slice(query)}` };
}
