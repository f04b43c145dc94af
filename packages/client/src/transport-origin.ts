import tls from "node:tls";
/**
 * One origin's connections: an undici pool, straight or through a proxy, with the certificate authorities asked for, and
 * how far its latest connection got, which undici itself does not tell.
 */
import type { Phase } from "@landline/core";
import { buildConnector, EnvHttpProxyAgent, Pool, ProxyAgent } from "undici";
import type { Dispatcher } from "undici";
import type { TransportOptions } from "./exchange.ts";

/** See the module comment. */
export interface Origin {
  readonly name: string;
  readonly dispatcher: Dispatcher;
  /** How far its latest connection got. */
  readonly connecting: Phase;
}

/**
 * Opens no socket before the first request.
 * @param name `https://host:port`
 * @param proxy its address, `true` to follow the environment, or `false`
 */
export function openOrigin(name: string, options: TransportOptions, proxy: string | boolean): Origin {
  const ca = authorities(options.ca);
  const latest: Watched = { phase: "resolve" };
  const settings = {
    connections: options.connectionsMax ?? 256,
    pipelining: 1,
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: options.idleMs ?? 4_000,
    keepAliveMaxTimeout: 60_000,
  };
  const secured = ca === null ? {} : { connect: { ca, allowH2: false }, requestTls: { ca }, proxyTls: { ca } };
  const dispatcherOf = (): Dispatcher => {
    if (typeof proxy === "string") return new ProxyAgent({ ...settings, ...secured, uri: proxy });
    if (proxy) return new EnvHttpProxyAgent({ ...settings, ...secured });
    return new Pool(name, { ...settings, connect: watching(latest, ca) });
  };
  return {
    name,
    dispatcher: dispatcherOf(),
    get connecting() {
      return latest.phase;
    },
  };
}

interface Watched {
  phase: Phase;
}

/** undici's connector, watched: it says that a connection failed, not in which phase. */
function watching(latest: Watched, ca: string[] | null): buildConnector.connector {
  const connector = buildConnector({ allowH2: false, timeout: 0, ...(ca === null ? {} : { ca }) });
  return (target, callback) => {
    latest.phase = "resolve";
    // The types promise nothing, but the connector returns the socket it opens.
    const socket = connector(target, callback) as unknown;
    if (!isSocket(socket)) return;
    socket.once("lookup", (error) => {
      if (error === null || error === undefined) latest.phase = "connect";
    });
    socket.once("connect", () => {
      latest.phase = "tls";
    });
  };
}

interface LookupSocket {
  once(event: "lookup" | "connect", listener: (error?: unknown) => void): void;
}

function isSocket(value: unknown): value is LookupSocket {
  return typeof value === "object" && value !== null && "once" in value;
}

/** A proxy's address, `true` to follow the environment, or `false`. */
export function proxyOf(options: TransportOptions): string | boolean {
  if (options.proxy !== undefined) return options.proxy;
  const { env } = process;
  return ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"].some((name) => (env[name] ?? "") !== "");
}

/** The option adds to what is trusted anyway; null leaves everything to Node (which reads NODE_EXTRA_CA_CERTS itself). */
function authorities(ca: TransportOptions["ca"]): string[] | null {
  if (ca === undefined) return null;
  const own = typeof ca === "string" ? [ca] : ca;
  return [...tls.getCACertificates("default"), ...own];
}
