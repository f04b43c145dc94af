/**
 * Console sessions: a random token in an HttpOnly cookie, its digest in the store.
 *
 * A session holds no rights of its own. It names a key by digest, or a person with the groups a provider vouched for, and
 * what these may do is looked up on every request, so revoking a key ends its sessions at once. What a reader of the store finds opens nothing: digests only.
 */
import { isRecord } from "@landline/core";
import type { Hashing } from "@landline/core";
import type { Documents, GatewayHost } from "../options.ts";
import type { Person } from "../sign-in.ts";

/** Name of the cookie. */
export const sessionCookie = "landline_session";
/** How long a session lives, in milliseconds. */
export const sessionMs = 12 * 3_600_000;
/** How often sessions that are over are deleted, in milliseconds. */
const pruneEveryMs = 3_600_000;
/** How long a process trusts what it read about a session: another process may have ended it meanwhile. */
const trustMs = 10_000;
const heldMax = 10_000;
const collection = "sessions";

/** A live session. */
export interface Session {
  /** The digest of the key it was begun with, or the person a provider vouched for. */
  readonly holder: string | Person;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** The sessions of this gateway. */
export interface Sessions {
  /** Begins one; returns the token for the cookie. @param lifeMs 12 hours when absent */
  begin(
    holder: Session["holder"],
    lifeMs?: number,
  ): Promise<{ readonly token: string; readonly csrfToken: string; readonly expiresAt: number }>;
  find(token: string): Promise<Session | null>;
  end(token: string): Promise<void>;
  /** The value the page must send with unsafe requests. */
  csrfTokenOf(token: string): string;
  /** Constant-time check of it. */
  isCsrfToken(token: string, value: string): boolean;
  /** Deletes sessions that are over; returns how many. */
  prune(): Promise<number>;
  /** Prunes now and every hour, until the returned function is called. What fails is told and tried again. */
  startPruning(onError: (error: unknown) => void): () => void;
}

/** Keeps sessions in documents. */
export function createSessions(ports: {
  readonly documents: Documents;
  readonly host: Pick<GatewayHost, "now" | "digest" | "after">;
  readonly newToken: () => string;
  readonly equal: Hashing["equal"];
}): Sessions {
  const { documents, host, newToken, equal } = ports;
  const held = new Map<string, { readonly session: Session | null; readonly readAt: number }>();
  const encoder = new TextEncoder();
  const hold = (id: string, session: Session | null): void => {
    if (held.size >= heldMax) held.clear();
    held.set(id, { session, readAt: host.now() });
  };
  const prune = async (): Promise<number> => {
    let deleted = 0;
    for (const { id, document } of await documents.listDocuments(collection)) {
      const session = readSession(document);
      if (session !== null && session.expiresAt > host.now()) continue;
      if (await documents.deleteDocument(collection, id)) deleted += 1;
    }
    return deleted;
  };
  const csrfTokenOf = (token: string): string => host.digest(`landline-csrf\n${token}`);
  return {
    csrfTokenOf,
    isCsrfToken: (token, value) => equal(encoder.encode(csrfTokenOf(token)), encoder.encode(value)),
    begin: async (holder, lifeMs = sessionMs) => {
      const token = newToken();
      const id = host.digest(token);
      const session: Session = { holder, expiresAt: host.now() + lifeMs };
      const { expiresAt } = session;
      const kept = typeof holder === "string" ? { keyDigest: holder, expiresAt } : { person: holder, expiresAt };
      await documents.putDocument(collection, id, kept);
      hold(id, session);
      return { token, csrfToken: csrfTokenOf(token), expiresAt: session.expiresAt };
    },
    find: async (token) => {
      const id = host.digest(token);
      let entry = held.get(id);
      if (entry === undefined || host.now() - entry.readAt > trustMs) {
        hold(id, readSession(await documents.getDocument(collection, id)));
        entry = held.get(id);
      }
      const session = entry?.session ?? null;
      return session !== null && session.expiresAt > host.now() ? session : null;
    },
    end: async (token) => {
      const id = host.digest(token);
      await documents.deleteDocument(collection, id);
      hold(id, null);
    },
    prune,
    startPruning: (onError) => {
      let cancel: () => void = () => undefined;
      let stopped = false;
      const round = (): void => {
        void prune()
          .catch(onError)
          .then(() => {
            if (!stopped) cancel = host.after(pruneEveryMs, round, false);
          });
      };
      round();
      return () => {
        stopped = true;
        cancel();
      };
    },
  };
}

function readSession(document: unknown): Session | null {
  if (!isRecord(document)) return null;
  const { keyDigest, person, expiresAt } = document;
  if (typeof expiresAt !== "number") return null;
  if (typeof keyDigest === "string") return { holder: keyDigest, expiresAt };
  return isPerson(person) ? { holder: person, expiresAt } : null;
}

function isPerson(value: unknown): value is Person {
  if (!isRecord(value)) return false;
  const { issuer, subject, name, groups } = value;
  const texts = [issuer, subject, name].every((text) => typeof text === "string");
  return texts && Array.isArray(groups) && groups.every((group) => typeof group === "string");
}
