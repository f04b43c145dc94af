/**
 * Where Twilio's products live.
 *
 * Twilio gives every product its own host (`{product}.{edge}.{region}.twilio.com`). Any other base URL (a proxy, the
 * sandbox) is taken to carry all products, since their paths do not overlap.
 */

/** Base URLs by product, without a trailing slash. */
export interface Endpoints {
  readonly api: string;
  readonly verify: string;
  readonly oauth: string;
}

/** What decides where requests go. */
export interface EndpointOptions {
  readonly baseUrl?: string | undefined;
  readonly region?: string | undefined;
  readonly edge?: string | undefined;
}

const twilioHost = /^https:\/\/api((?:\.[a-z0-9-]+){0,2})\.twilio\.com$/;

/** Resolves the base URLs. A given `baseUrl` wins over `region` and `edge`. */
export function endpointsOf(options: EndpointOptions): Endpoints {
  const base = (options.baseUrl ?? regionalBase(options)).replace(/\/+$/, "");
  const place = twilioHost.exec(base)?.[1];
  if (place === undefined) return { api: base, verify: base, oauth: base };
  return { api: base, verify: `https://verify${place}.twilio.com`, oauth: `https://oauth${place}.twilio.com` };
}

/** An edge alone implies region us1, as in Twilio's own SDKs (`BaseTwilio.getHostname`). */
function regionalBase({ region, edge }: EndpointOptions): string {
  const place = [edge, region ?? (edge === undefined ? undefined : "us1")].filter((part) => part !== undefined);
  return ["https://api", ...place, "twilio.com"].join(".");
}
