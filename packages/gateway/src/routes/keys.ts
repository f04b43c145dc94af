/**
 * Keys over the API: see them, make one, make a second one of the same name, revoke one at once.
 *
 * Only admins whose key reaches every account may: who is confined to some accounts must not make a key for the others.
 * A key is told once, in the answer that makes it.
 */
import type { z } from "zod";
import type { Route } from "../call.ts";
import { route } from "../call.ts";
import type { ListedKey, MadeKey } from "../keys/key-book.ts";
import { personPrefix } from "../keys/stored-key.ts";
import type { Caller } from "../permissions.ts";
import type { Answer, Problem } from "../reply.ts";
import { empty, invalid, json, problem } from "../reply.ts";
import { readParameters } from "../schemas/filters.ts";
import { instant } from "../schemas/instant.ts";
import { zodReader } from "../schemas/reading.ts";
import { accountVerbSchema } from "../schemas/verbs.ts";
import {
  createKeyDocument,
  createKeySchema,
  listKeysDocument,
  revokeKeyDocument,
  rotateKeyDocument,
} from "./key-documents.ts";
import type { RoutePorts } from "./ports.ts";

/** A key as the API shows it. */
export interface WireKey {
  readonly id: string;
  readonly name: string;
  readonly role: ListedKey["role"];
  /** Only these accounts, or null for all. */
  readonly accounts: readonly string[] | null;
  readonly rate_limit: { readonly per_second: number; readonly burst: number } | null;
  /** `configuration`: read-only here. */
  readonly source: ListedKey["source"];
  readonly created_at: string | null;
  readonly created_by: string | null;
}

/** All routes of keys. */
export function keyRoutes(ports: RoutePorts): readonly Route[] {
  const { book } = ports;
  const find = async (id: string): Promise<ListedKey | Problem> =>
    (await book.list()).find((key) => key.id === id) ?? problem("NOT_FOUND", "There is no such key");
  return [
    route({
      method: "GET",
      path: "/v1/keys",
      access: "administer",
      before: wholeOnly,
      document: listKeysDocument,
      answer: async ({ query }) => {
        const reading = readParameters(query, []);
        return reading.ok ? json(200, { data: (await book.list()).map(shown) }) : reading.problem;
      },
    }),
    route<z.output<typeof createKeySchema>>({
      method: "POST",
      path: "/v1/keys",
      access: "administer",
      before: wholeOnly,
      document: createKeyDocument,
      body: { type: "json", optional: false, bytesMax: ports.limits.bodyBytesMax, read: zodReader(createKeySchema) },
      answer: async ({ caller, body }) => {
        const { name, role, accounts = null, rate_limit: limit, reason = null } = body;
        if (name.startsWith(personPrefix)) return invalid("name", `name must not begin with ${personPrefix}`);
        const unknown = accounts?.findIndex((account) => !ports.accounts.has(account)) ?? -1;
        if (unknown >= 0) return invalid(`accounts.${unknown}`, `accounts.${unknown} is not configured`);
        // The name owns operations and idempotency keys: a second key of a name is a rotation, and is asked for as one.
        if ((await book.list()).some((key) => key.name === name))
          return problem("STATE_CONFLICT", "There is a key of this name; rotate it, or choose another name");
        const rate =
          limit === undefined
            ? null
            : { perSecond: limit.per_second, burst: limit.burst ?? Math.ceil(limit.per_second) };
        const made = await book.create({ name, role, accounts, rate, createdBy: caller.name });
        await ports.audit({ actor: caller.name, event: "key.created", subject: subjectOf(made.key), because: reason });
        return told(made);
      },
    }),
    route<z.output<typeof accountVerbSchema>>({
      method: "POST",
      path: "/v1/keys/{id}/rotate",
      access: "administer",
      before: wholeOnly,
      document: rotateKeyDocument,
      body: { type: "json", optional: true, bytesMax: ports.limits.bodyBytesMax, read: zodReader(accountVerbSchema) },
      answer: async ({ caller, params, body }) => {
        const found = await find(params["id"] ?? "");
        if ("type" in found) return found;
        const { name, role, rate } = found;
        const accounts = found.accounts === null ? null : [...found.accounts];
        const made = await book.create({ name, role, accounts, rate, createdBy: caller.name });
        const because = body.reason ?? `in place of ${found.id}`;
        await ports.audit({ actor: caller.name, event: "key.rotated", subject: subjectOf(made.key), because });
        return told(made);
      },
    }),
    route({
      method: "DELETE",
      path: "/v1/keys/{id}",
      access: "administer",
      before: wholeOnly,
      document: revokeKeyDocument,
      answer: async ({ caller, params }) => revoke(ports, caller, await find(params["id"] ?? "")),
    }),
  ];
}

async function revoke(ports: RoutePorts, caller: Caller, key: ListedKey | Problem): Promise<Answer> {
  if ("type" in key) return key;
  if (key.source === "configuration")
    return problem("STATE_CONFLICT", "This key stands in the configuration: remove it there and restart");
  const keys = await ports.book.list();
  const otherAdmin = keys.some(({ id, role, accounts }) => id !== key.id && role === "admin" && accounts === null);
  if (!otherAdmin && key.role === "admin")
    return problem("STATE_CONFLICT", "This is the last admin key: make another one first");
  if (!(await ports.book.revoke(key.id))) return problem("NOT_FOUND", "There is no such key");
  await ports.audit({ actor: caller.name, event: "key.revoked", subject: subjectOf(key), because: null });
  return empty();
}

function wholeOnly({ caller }: { readonly caller: Caller }): Problem | null {
  return caller.accounts === null
    ? null
    : problem("FORBIDDEN", "Keys are for admins of all accounts; this key reaches some");
}

function told({ key, secret }: MadeKey): Answer {
  return json(201, { ...shown(key), key: secret });
}

function subjectOf({ id, name, role }: ListedKey): string {
  return `${id} (${name}, ${role})`;
}

function shown({ id, name, role, accounts, rate, source, createdAt, createdBy }: ListedKey): WireKey {
  return {
    id,
    name,
    role,
    accounts: accounts === null ? null : [...accounts],
    rate_limit: rate === null ? null : { per_second: rate.perSecond, burst: rate.burst },
    source,
    created_at: instant(createdAt),
    created_by: createdBy,
  };
}
