/**
 * Client credentials in, bearer tokens out. A token ends by its age, by revocation, and when its client is not active.
 */
import { Buffer } from "node:buffer";
import type { Answer, Received } from "../fake.ts";
import { one, readForm } from "../http/form.ts";
import { randomHex } from "../random.ts";
import { answer, refuseOauth } from "./answers.ts";

/** Who may call, and what they own. */
export interface RedCloudClient {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Default `ACTIVE`. */
  readonly status?: "ACTIVE" | "INACTIVE";
  /** Ids of the numbers it owns. Default: all that are not `foreign`. */
  readonly numberIds?: readonly string[];
}

/** The token endpoint and its memory. */
export interface Tokens {
  issue(received: Received, now: number): Answer;
  /** The active client behind a request's bearer token, or null. */
  clientOf(received: Received, now: number): RedCloudClient | null;
  revokeAll(): void;
  /** False when there is no such client. */
  setStatus(clientId: string, status: "ACTIVE" | "INACTIVE"): boolean;
  reset(): void;
}

/**
 * @param clients who may call; null: whoever names an id and a secret
 * @param lifetimeMs how long a token lives
 */
export function createTokens(clients: readonly RedCloudClient[] | null, lifetimeMs: number): Tokens {
  const issued = new Map<string, { readonly client: RedCloudClient; readonly expiresAt: number }>();
  const inactive = new Set<string>();
  const forget = (): void => {
    issued.clear();
    inactive.clear();
    for (const client of clients ?? []) if (client.status === "INACTIVE") inactive.add(client.clientId);
  };
  forget();
  return {
    issue(received, now) {
      if (received.method !== "POST") return refuseOauth(405, "invalid_request", "POST is required");
      const form = readForm(received.body.toString());
      const grant = one(form, "grant_type");
      if (grant === null) return refuseOauth(400, "invalid_request", "grant_type is required");
      if (grant !== "client_credentials")
        return refuseOauth(400, "unsupported_grant_type", "Only client_credentials is supported");
      const basic = basicOf(received.headers.authorization);
      const clientId = basic?.id ?? one(form, "client_id") ?? "";
      const clientSecret = basic?.secret ?? one(form, "client_secret") ?? "";
      if (clientId === "" || clientSecret === "")
        return refuseOauth(400, "invalid_request", "client_id and client_secret are required");
      const known = clients?.find((each) => each.clientId === clientId && each.clientSecret === clientSecret);
      const client = clients === null ? { clientId, clientSecret } : known;
      if (client === undefined || inactive.has(clientId))
        return refuseOauth(401, "invalid_client", "Client authentication failed");
      const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
      const claims = { sub: clientId, jti: randomHex(12), iat: Math.floor(now / 1_000) };
      const token = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}.${randomHex(32)}`;
      issued.set(token, { client, expiresAt: now + lifetimeMs });
      return answer(200, { access_token: token, token_type: "bearer", expires_in: Math.floor(lifetimeMs / 1_000) });
    },
    clientOf(received, now) {
      const token = /^Bearer (\S+)$/i.exec(received.headers.authorization ?? "")?.[1];
      const found = token === undefined ? undefined : issued.get(token);
      if (found === undefined || found.expiresAt <= now || inactive.has(found.client.clientId)) return null;
      return found.client;
    },
    revokeAll: () => issued.clear(),
    setStatus(clientId, status) {
      if (clients !== null && !clients.some((client) => client.clientId === clientId)) return false;
      if (status === "ACTIVE") inactive.delete(clientId);
      else inactive.add(clientId);
      return true;
    },
    reset: forget,
  };
}

function basicOf(header: string | undefined): { id: string; secret: string } | null {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, "base64").toString();
  const colon = text.indexOf(":");
  return colon < 0 ? null : { id: text.slice(0, colon), secret: text.slice(colon + 1) };
}
