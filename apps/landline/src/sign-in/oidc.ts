/**
 * Signing in by OpenID Connect: authorization code with PKCE, state and nonce, by `openid-client`.
 *
 * The provider is asked for its description when somebody first signs in, not at start: a gateway must not stay down
 * because a sign-in provider is. A description once read is kept; a failure is asked again the next time. The ID token's
 * signature is verified, although it comes straight from the provider over TLS.
 */
import type { SignInTrouble, SingleSignOn } from "@landline/gateway";
import * as client from "openid-client";
import type { OidcConfig } from "../config/index.ts";
import { claimOf, personOf, rightsOf } from "./claims.ts";

/**
 * For a provider on this machine alone; the configuration refuses any other. Marked as deprecated only so that nobody
 * uses it without thinking.
 */
// oxlint-disable-next-line typescript/no-deprecated
const plainHttp = client.allowInsecureRequests;

/** Seconds any one answer of the provider may take. */
const timeoutS = 10;

/** A way to sign in, and whether its provider can be reached. */
export interface Oidc extends SingleSignOn {
  /** Null when the provider describes itself; else what is wrong, for a person. */
  check(): Promise<string | null>;
}

/** Makes it; asks nobody anything yet. */
export function createOidc(config: OidcConfig): Oidc {
  let known: client.Configuration | null = null;
  let asking: Promise<client.Configuration> | null = null;
  /** One question at a time, however many people wait for its answer. */
  const discover = async (): Promise<client.Configuration> => {
    if (known !== null) return known;
    asking ??= describe(config).finally(() => {
      asking = null;
    });
    known = await asking;
    return known;
  };

  return {
    label: config.label,
    sessionMs: config.sessionMs,
    async begin(redirectUri) {
      try {
        const provider = await discover();
        const verifier = client.randomPKCECodeVerifier();
        const memo = { state: client.randomState(), nonce: client.randomNonce(), verifier };
        const url = client.buildAuthorizationUrl(provider, {
          redirect_uri: redirectUri,
          response_type: "code",
          scope: config.scope,
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: "S256",
          state: memo.state,
          nonce: memo.nonce,
        });
        return { ok: true, url: url.href, memo };
      } catch (error) {
        return { ok: false, trouble: "unreachable", message: said(error, config) };
      }
    },
    async finish(address, memo) {
      try {
        const provider = await discover();
        const tokens = await client.authorizationCodeGrant(provider, address, {
          expectedState: memo.state,
          expectedNonce: memo.nonce,
          pkceCodeVerifier: memo.verifier,
          idTokenExpected: true,
        });
        const person = personOf(await claimsOf(provider, tokens, config), config);
        if (person === null) return { ok: false, trouble: "invalid", message: "the ID token names nobody" };
        return { ok: true, person };
      } catch (error) {
        return { ok: false, trouble: troubleOf(error), message: said(error, config) };
      }
    },
    rightsOf: (person) => (person.issuer === config.issuer ? rightsOf(person, config.roles) : null),
    signOutUrl: (returnTo) => {
      if (known?.serverMetadata().end_session_endpoint === undefined) return null;
      return client.buildEndSessionUrl(known, { post_logout_redirect_uri: returnTo }).href;
    },
    check: async () =>
      discover().then(
        () => null,
        (error: unknown) => said(error, config),
      ),
  };
}

async function describe(config: OidcConfig): Promise<client.Configuration> {
  const issuer = new URL(config.issuer);
  const authentication = config.clientSecret === null ? client.None() : client.ClientSecretBasic(config.clientSecret);
  return client.discovery(issuer, config.clientId, {}, authentication, {
    timeout: timeoutS,
    execute: [client.enableNonRepudiationChecks, ...(issuer.protocol === "http:" ? [plainHttp] : [])],
  });
}

type Tokens = Awaited<ReturnType<typeof client.authorizationCodeGrant>>;

/** The ID token's claims; what it lacks is asked of the user-info endpoint, where there is one. */
async function claimsOf(
  provider: client.Configuration,
  tokens: Tokens,
  config: OidcConfig,
): Promise<Readonly<Record<string, unknown>>> {
  const claims: Readonly<Record<string, unknown>> = tokens.claims() ?? {};
  const sub = claims["sub"];
  const complete = [config.roleClaim, config.nameClaim].every((name) => claimOf(claims, name) !== undefined);
  if (complete || typeof sub !== "string" || provider.serverMetadata().userinfo_endpoint === undefined) return claims;
  return { ...(await client.fetchUserInfo(provider, tokens.access_token, sub)), ...claims };
}

/** Codes of what came back and does not fit; everything else a client error says is the provider's not being one. */
const unfitting = new Set([
  "OAUTH_INVALID_RESPONSE",
  "OAUTH_JWT_CLAIM_COMPARISON_FAILED",
  "OAUTH_JWT_TIMESTAMP_CHECK_FAILED",
]);

function troubleOf(error: unknown): SignInTrouble {
  if (error instanceof client.AuthorizationResponseError)
    return ["server_error", "temporarily_unavailable"].includes(error.error) ? "unreachable" : "denied";
  if (error instanceof client.ResponseBodyError) return error.error === "invalid_grant" ? "invalid" : "unreachable";
  if (error instanceof client.ClientError) return unfitting.has(error.code ?? "") ? "invalid" : "unreachable";
  return "unreachable";
}

/** For the log and for `doctor`: what failed, where, and the reason underneath. */
function said(error: unknown, { issuer }: OidcConfig): string {
  if (error instanceof client.AuthorizationResponseError || error instanceof client.ResponseBodyError) {
    const detail = error.error_description === undefined ? "" : ` (${error.error_description})`;
    return `${issuer} says ${error.error}${detail}`;
  }
  const texts: string[] = [];
  for (let each: unknown = error; each instanceof Error && texts.length < 4; each = each.cause)
    texts.push(each.message);
  return `${issuer}: ${[...new Set(texts)].join(": ") || String(error)}`;
}
