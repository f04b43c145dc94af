/** Signing in through a provider, as the configuration has it. */
import type { ConfigFault } from "@landline/core";
import { isRecord } from "@landline/core";
import type { CheckedFile } from "./schema.ts";
import type { OidcConfig } from "./types.ts";

/** What is absent has its default, or is null. */
export function readOidc(oidc: CheckedFile["oidc"]): OidcConfig | null {
  if (oidc === undefined) return null;
  const { session, clientSecret = null, roles, ...rest } = oidc;
  const rules = roles.map(({ accounts = null, ...rule }) => ({ ...rule, accounts }));
  return { ...rest, clientSecret, sessionMs: session, roles: rules };
}

/** Roles confined to accounts nobody configured. */
export function scopeFaults(oidc: unknown, accounts: ReadonlySet<string>): readonly ConfigFault[] {
  const rules = isRecord(oidc) && Array.isArray(oidc["roles"]) ? (oidc["roles"] as readonly unknown[]) : [];
  return rules.flatMap((rule, index) =>
    (isRecord(rule) && Array.isArray(rule["accounts"]) ? (rule["accounts"] as readonly unknown[]) : []).flatMap(
      (name, place): ConfigFault[] =>
        typeof name !== "string" || accounts.has(name)
          ? []
          : [{ path: `oidc.roles[${index}].accounts[${place}]`, message: `"${name}" is not configured` }],
    ),
  );
}
