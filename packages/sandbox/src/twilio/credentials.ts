/**
 * Who is asking: Basic with an account and its token, Basic with an API key, or a bearer token from the OAuth endpoint.
 *
 * Without configured accounts any well-formed credential is welcome and an account's token is remembered, because
 * callbacks must be signed with it. With configured accounts the sandbox is as strict as Twilio.
 */
import type { Answer, Received } from "../fake.ts";
import { one, readForm } from "../http/form.ts";
import { randomHex } from "../random.ts";
import { answer, refuse } from "./answers.ts";
import type { Format } from "./answers.ts";

/** One account that may call. */
export interface TwilioAccount {
  readonly accountSid: string;
  readonly authToken: string;
  /** Secrets by key SID (`SK…`). */
  readonly apiKeys?: Readonly<Record<string, string>>;
  /** Secrets by OAuth client id (`OQ…`). */
  readonly clients?: Readonly<Record<string, string>>;
}

/** Signs callbacks of accounts whose auth token was never seen (they call with API keys or OAuth). */
export const unknownAuthToken = "sandbox-auth-token";

/** The door. */
export interface Credentials {
  /** Null when the request may act for `accountSid`, otherwise the refusal. A null account is any of the caller's. */
  refusal(received: Received, accountSid: string | null, format: Format, now: number): Answer | null;
  /** Answers `POST /v2/token`. */
  token(received: Received, now: number): Answer;
  /** The account a request without one in its path acts for, by its credentials. */
  accountOf(received: Received): string;
  authTokenOf(accountSid: string): string;
  /** An account that may call, or called last. */
  anyAccount(): string;
  revokeTokens(): void;
  reset(): void;
}

const accountForm = /^AC[0-9a-fA-F]{32}$/;

/**
 * @param accounts who may call; null: anybody with well-formed credentials
 * @param lifetimeMs how long a bearer token lives
 */
export function createCredentials(accounts: readonly TwilioAccount[] | null, lifetimeMs: number): Credentials {
  const remembered = new Map<string, string>();
  const bearers = new Map<string, { accountSid: string | null; expiresAt: number }>();
  const known = new Map(accounts?.map((account) => [account.accountSid, account]));

  const basicMayAct = (user: string, secret: string, accountSid: string | null): "yes" | "unknown" | "other" => {
    if (accounts === null) {
      if (secret === "" || !/^(AC|SK)[0-9a-fA-F]{32}$/.test(user)) return "unknown";
      if (!user.startsWith("AC")) return "yes";
      remembered.set(user, secret);
      return accountSid === null || accountSid === user ? "yes" : "other";
    }
    const owner = known.get(user) ?? accounts.find((account) => account.apiKeys?.[user] !== undefined);
    if (owner === undefined || secret !== (owner.apiKeys?.[user] ?? owner.authToken)) return "unknown";
    return accountSid === null || accountSid === owner.accountSid ? "yes" : "other";
  };

  return {
    refusal(received, accountSid, format, now) {
      const unauthenticated = refuse(401, 20003, null, format);
      const header = received.headers.authorization ?? "";
      const bearer = /^Bearer (.+)$/i.exec(header)?.[1];
      if (bearer !== undefined) {
        const issued = bearers.get(bearer);
        if (issued === undefined || issued.expiresAt <= now) return unauthenticated;
        const mayAct = issued.accountSid === null || accountSid === null || issued.accountSid === accountSid;
        return mayAct ? null : refuse(404, 20404, null, format);
      }
      const basic = basicOf(header);
      if (basic === null) return unauthenticated;
      const verdict = basicMayAct(basic.user, basic.secret, accountSid);
      if (verdict === "unknown") return unauthenticated;
      const exists = accountSid === null || (accounts === null ? accountForm.test(accountSid) : known.has(accountSid));
      return verdict === "yes" && exists ? null : refuse(404, 20404, null, format);
    },
    token(received, now) {
      const form = readForm(received.body.toString());
      const id = one(form, "client_id") ?? "";
      const secret = one(form, "client_secret") ?? "";
      if (one(form, "grant_type") !== "client_credentials") return refuse(400, 20422, "grant_type is not supported");
      const owner = accounts?.find((account) => account.clients?.[id] === secret) ?? null;
      const welcome = accounts === null ? /^OQ[0-9a-fA-F]{32}$/.test(id) && secret !== "" : owner !== null;
      if (!welcome) return refuse(401, 20003, "Invalid client");
      const token = `sandbox.${randomHex(24)}`;
      bearers.set(token, { accountSid: owner?.accountSid ?? null, expiresAt: now + lifetimeMs });
      const lifetime = Math.floor(lifetimeMs / 1_000);
      return answer(
        200,
        { access_token: token, id_token: null, token_type: "Bearer", expires_in: lifetime, refresh_token: null },
        "json",
      );
    },
    accountOf(received) {
      const user = basicOf(received.headers.authorization ?? "")?.user ?? "";
      if (accountForm.test(user)) return user;
      return accounts?.find((account) => account.apiKeys?.[user] !== undefined)?.accountSid ?? `AC${"0".repeat(32)}`;
    },
    authTokenOf: (accountSid) => known.get(accountSid)?.authToken ?? remembered.get(accountSid) ?? unknownAuthToken,
    anyAccount: () => accounts?.[0]?.accountSid ?? [...remembered.keys()].at(-1) ?? `AC${"0".repeat(32)}`,
    revokeTokens: () => bearers.clear(),
    reset() {
      remembered.clear();
      bearers.clear();
    },
  };
}

function basicOf(header: string): { user: string; secret: string } | null {
  const encoded = /^Basic ([A-Za-z0-9+/=_-]+)$/i.exec(header)?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, "base64").toString();
  const colon = text.indexOf(":");
  return colon < 0 ? null : { user: text.slice(0, colon), secret: text.slice(colon + 1) };
}
