/**
 * What a provider says of a person, read into who they are here and what they may do. Pure.
 *
 * A claim is found by its exact name first, because names such as `https://example.com/groups` contain dots, and by path
 * second, because some providers nest (`realm_access.roles`). What cannot be read gives nothing, never a role.
 */
import { isRecord } from "@landline/core";
import type { Person } from "@landline/gateway";
import type { OidcConfig, Role } from "../config/index.ts";

const nameMax = 200;
const groupsMax = 1_000;

/** A claim by name or path; undefined when there is none. */
export function claimOf(claims: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let found: unknown = claims;
  for (const part of name.split(".")) {
    if (!isRecord(found) || !Object.hasOwn(found, part)) return undefined;
    found = found[part];
  }
  return found;
}

/**
 * Reads a person.
 * @param claims of the verified ID token, and of the user-info endpoint where the token lacks something
 * @returns null without a subject
 */
export function personOf(
  claims: Readonly<Record<string, unknown>>,
  config: Pick<OidcConfig, "issuer" | "nameClaim" | "roleClaim">,
): Person | null {
  const { sub } = claims;
  if (typeof sub !== "string" || sub === "") return null;
  return {
    issuer: config.issuer,
    subject: sub,
    name: nameOf(claims, config.nameClaim) ?? sub,
    groups: groupsOf(claimOf(claims, config.roleClaim)),
  };
}

/** What the first rule that names one of the person's groups gives; null: nothing does. */
export function rightsOf(
  person: Person,
  rules: OidcConfig["roles"],
): { readonly role: Role; readonly accounts: readonly string[] | null } | null {
  const rule = rules.find(({ value }) => person.groups.includes(value));
  return rule === undefined ? null : { role: rule.role, accounts: rule.accounts };
}

/** An address nobody has verified could be anybody's, so it names nobody. */
function nameOf(claims: Readonly<Record<string, unknown>>, claim: string): string | null {
  if (claim === "email" && claims["email_verified"] === false) return null;
  const value = claimOf(claims, claim);
  if (typeof value !== "string") return null;
  const name = value.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "").trim();
  return name === "" || name.length > nameMax ? null : name;
}

function groupsOf(value: unknown): readonly string[] {
  const values = Array.isArray(value) ? value.slice(0, groupsMax) : [value];
  return values.filter((each): each is string => typeof each === "string");
}
