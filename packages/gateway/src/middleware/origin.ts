/**
 * Browsers only reach us under our own name, and only our own pages may change something.
 *
 * Host: a gateway on a loopback address answers loopback names and `publicUrl`'s host only, so that a foreign name that
 * resolves to 127.0.0.1 (DNS rebinding) gets nothing. Origin: an unsafe request that names another origin is refused.
 */
import type { Problem } from "../reply.ts";
import { problem } from "../reply.ts";

const loopbackHost = /^(?:localhost|[\w-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/** Checks the request's name for itself. Null: fine. */
export type OriginCheck = (request: Request, origin: string) => Problem | null;

/** See the module comment. */
export function originCheck(options: { readonly loopback: boolean; readonly publicUrl: string | null }): {
  readonly host: OriginCheck;
  readonly origin: OriginCheck;
} {
  const publicOrigin = options.publicUrl === null ? null : new URL(options.publicUrl).origin;
  const publicHost = publicOrigin === null ? null : new URL(publicOrigin).host;
  return {
    host: (request, origin) => {
      if (!options.loopback) return null;
      const host = request.headers.get("host") ?? origin.slice(origin.indexOf("//") + 2);
      if (loopbackHost.test(host) || host.toLowerCase() === publicHost) return null;
      return problem("FORBIDDEN", "This gateway does not answer under that host name", { field: "Host" });
    },
    origin: (request, origin) => {
      const claimed = request.headers.get("origin");
      if (claimed === null || claimed === origin || claimed === publicOrigin) return null;
      // Behind a proxy that ends TLS the scheme differs; the host is what counts.
      const host = request.headers.get("host");
      if (host !== null && claimed.replace(/^https?:\/\//, "") === host) return null;
      return problem("FORBIDDEN", "Pages of another origin may not do this", { field: "Origin" });
    },
  };
}
