/**
 * Who may do what: the one table. A role is checked before a body is read.
 *
 * A `viewer` only looks, so it does not include `sender`; `operator` and `admin` include everything before them.
 * What a `sender` may read is further limited to its own operations, and every role to its key's accounts.
 */
import type { Role } from "./key-ring.ts";
import type { RateRule } from "./middleware/rate-limit.ts";

/** Something a route lets people do. */
export type Permission = "create" | "read" | "cancel" | "overview" | "explain" | "review" | "reveal" | "administer";

const allowed: Record<Role, ReadonlySet<Permission>> = {
  sender: new Set(["create", "read", "cancel", "explain"]),
  viewer: new Set(["read", "overview", "explain"]),
  operator: new Set(["create", "read", "cancel", "explain", "overview", "review", "reveal"]),
  admin: new Set(["create", "read", "cancel", "explain", "overview", "review", "reveal", "administer"]),
};

/** True when the role includes the permission. */
export function may(role: Role, permission: Permission): boolean {
  return allowed[role].has(permission);
}

/** The roles a permission belongs to, for refusals and for the reference. */
export function rolesThatMay(permission: Permission): readonly Role[] {
  return (Object.keys(allowed) as Role[]).filter((role) => may(role, permission));
}

/** Who calls. */
export interface Caller {
  /** Name of the key: owner, scope and actor. */
  readonly name: string;
  readonly role: Role;
  readonly accounts: ReadonlySet<string> | null;
  /** A limit of the key's own; null or absent: the common one. */
  readonly rate?: RateRule | null;
  /** Null when the caller presented the key itself; else the session it signed in with. */
  readonly session: { readonly token: string } | null;
}

/** True when the caller's key reaches this account. */
export function reaches(caller: Caller, account: string): boolean {
  return caller.accounts === null || caller.accounts.has(account);
}

/** True when the caller may know that this operation exists. */
export function sees(
  caller: Caller,
  operation: { readonly account: string; readonly idempotencyScope: string },
): boolean {
  if (!reaches(caller, operation.account)) return false;
  return caller.role !== "sender" || operation.idempotencyScope === caller.name;
}
