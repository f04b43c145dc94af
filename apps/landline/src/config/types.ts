/**
 * A configuration after reading: environment resolved, durations in milliseconds, paths absolute, everything checked.
 */
import type { Policy, Provider } from "@landline/core";

/** What a key may do. Each role includes those before it, except that `sender` sees only its own. */
export const roles = ["sender", "viewer", "operator", "admin"] as const;

/** See {@link roles}. */
export type Role = (typeof roles)[number];

/** Requests one key may make: in the long run, and at once after a pause. */
export interface RateLimitConfig {
  readonly perSecond: number;
  readonly burst: number;
}

/** One API key as configured. */
export interface ApiKeyConfig {
  readonly name: string;
  readonly role: Role;
  readonly key: string;
  /** Only these accounts; absent: all. */
  readonly accounts?: readonly string[];
  /** Instead of `http.rateLimit`; null: that one. */
  readonly rateLimit: RateLimitConfig | null;
}

/** Limits a person configured for an account's lanes. */
export interface LimitsConfig {
  readonly ratePerSecond?: number;
  readonly concurrency?: number;
}

/** One account: a provider made of credentials, and how hard to try with it. */
export interface AccountConfig {
  readonly name: string;
  readonly provider: Provider;
  readonly policy: Policy;
  /** Of single operations; where absent the account's holds. */
  readonly operationPolicies: Readonly<Record<string, Policy>>;
  readonly limits: LimitsConfig;
}

/** Keys that texts in the store are sealed with. */
export interface EncryptionConfig {
  /** The one to seal with first, then older ones that are still read; 32 bytes each. */
  readonly keys: readonly Uint8Array[];
  /** Ids of keys that are gone for good. */
  readonly forgotten: readonly string[];
}

/** Where operations are kept. */
export type StoreConfig = (
  | { readonly type: "sqlite"; readonly path: string }
  | { readonly type: "postgres"; readonly url: string }
) & {
  /** Absent: texts stand there as they are. */
  readonly encryption?: EncryptionConfig;
};

/** Where somebody is told that they are needed. */
export type AlertConfig =
  | { readonly to: "webhook"; readonly url: string; readonly secret: string | null }
  | { readonly to: "pagerduty"; readonly routingKey: string; readonly url: string | null }
  | { readonly to: "slack"; readonly url: string }
  | { readonly to: "sentry"; readonly dsn: string };

/** Signing in to the console through an OpenID Connect provider. */
export interface OidcConfig {
  readonly issuer: string;
  readonly clientId: string;
  /** Null for a public client, which PKCE alone protects. */
  readonly clientSecret: string | null;
  readonly scope: string;
  /** On the console's button. */
  readonly label: string;
  /** The claim roles are given by: its exact name, or a path such as `realm_access.roles`. */
  readonly roleClaim: string;
  /** The claim people are called by in audit and history. */
  readonly nameClaim: string;
  /** In order; the first that fits counts, and whom none fits does not get in. */
  readonly roles: readonly {
    readonly value: string;
    readonly role: Role;
    readonly accounts: readonly string[] | null;
  }[];
  /** Milliseconds until somebody must sign in again. */
  readonly sessionMs: number;
}

/** A step of a route: an account and the channel to use there. */
export interface RouteStep {
  readonly account: string;
  readonly channel: string | null;
}

/** Everything `landline` needs to know. */
export interface Config {
  /** The file it was read from, or null for the defaults. */
  readonly file: string | null;
  readonly store: StoreConfig;
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly publicUrl: string | null;
    /** Where traces are looked at, with `{trace_id}` in it; null: nowhere. */
    readonly traceUrl: string | null;
    /** `key`: any API key may read /metrics; `open`: everybody. */
    readonly metrics: "key" | "open";
    /** For every key without a limit of its own; null: none. */
    readonly rateLimit: RateLimitConfig | null;
  };
  readonly apiKeys: readonly ApiKeyConfig[];
  /** Null: the console is entered with keys alone. */
  readonly oidc: OidcConfig | null;
  readonly accounts: ReadonlyMap<string, AccountConfig>;
  readonly routes: ReadonlyMap<string, readonly RouteStep[]>;
  readonly policy: Policy;
  readonly alerts: readonly AlertConfig[];
  /** Milliseconds finished operations are kept, and with them their keys: the longer of the two configured times. */
  readonly retentionMs: number;
  readonly review: {
    /** Bulk work on more operations than this waits for a second person; null: none does. */
    readonly approvalAbove: number | null;
  };
  /** Attempts under way at once in one process. */
  readonly concurrency: number;
  /** Values that must never be shown, wherever they turn up. */
  readonly secrets: readonly string[];
}
