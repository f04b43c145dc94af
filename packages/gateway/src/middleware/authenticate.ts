/**
 * Who calls: a bearer key, or the session cookie of the console.
 *
 * A key in the `Authorization` header always wins, so that a program never acts with a browser's session by accident.
 * A session may only change something when the page proves that it is ours: the token header below, which another
 * site's page can neither read nor send.
 */
import type { KeyRing, LiveKey } from "../key-ring.ts";
import { personPrefix } from "../keys/stored-key.ts";
import type { Caller } from "../permissions.ts";
import type { Problem } from "../reply.ts";
import { problem } from "../reply.ts";
import type { Person, SingleSignOn } from "../sign-in.ts";
import { cookieOf } from "./cookies.ts";
import type { Session, Sessions } from "./sessions.ts";
import { sessionCookie } from "./sessions.ts";

/** The header a session's unsafe requests carry. */
const csrfHeader = "x-csrf-token";

/** Longest token that is looked at. */
const tokenLengthMax = 512;

/** Reads who calls from a request's headers. */
export function authenticator(
  keys: KeyRing,
  sessions: Sessions,
  signOn: SingleSignOn | null,
): (request: Request) => Caller | Problem | Promise<Caller | Problem> {
  return (request) => {
    const authorization = request.headers.get("authorization");
    if (authorization !== null) {
      const key = authorization.length > tokenLengthMax ? null : byAuthorization(keys, authorization);
      return key === null ? unauthenticated("The API key is not valid") : callerOf(key);
    }
    const cookie = cookieOf(request.headers.get("cookie"), sessionCookie);
    if (cookie === null) return unauthenticated("An API key is required: Authorization: Bearer KEY");
    return bySession({ keys, sessions, signOn }, cookie, request);
  };
}

/** The caller a key stands for. */
export function callerOf(key: LiveKey): Caller {
  return { name: key.name, role: key.role, accounts: key.accounts, rate: key.rate, session: null };
}

/** The refusal of somebody unknown. */
export function unauthenticated(message: string): Problem {
  return problem("UNAUTHENTICATED", message, undefined, { "www-authenticate": 'Bearer realm="landline"' });
}

function byAuthorization(keys: KeyRing, authorization: string): LiveKey | null {
  // "Bearer " is 7 characters; the scheme's case does not matter (RFC 9110 §11.1).
  if (authorization.slice(0, 7).toLowerCase() !== "bearer ") return null;
  const token = authorization.slice(7).trim();
  return token === "" ? null : keys.find(token);
}

/** Who signs in through a provider; null: nobody, by the configuration of now. */
export function personCaller(signOn: SingleSignOn | null, person: Person): Caller | null {
  const rights = signOn?.rightsOf(person) ?? null;
  if (rights === null) return null;
  const { role, accounts } = rights;
  const name = `${personPrefix}${person.name}`;
  return { name, role, accounts: accounts === null ? null : new Set(accounts), session: null };
}

interface Known {
  readonly keys: KeyRing;
  readonly sessions: Sessions;
  readonly signOn: SingleSignOn | null;
}

async function bySession(known: Known, cookie: string, request: Request): Promise<Caller | Problem> {
  const session = cookie.length > tokenLengthMax ? null : await known.sessions.find(cookie);
  const caller = session === null ? null : callerOfSession(known, session);
  if (caller === null) return unauthenticated("The session has ended: sign in again");
  const safe = request.method === "GET" || request.method === "HEAD";
  if (!safe && !known.sessions.isCsrfToken(cookie, request.headers.get(csrfHeader) ?? ""))
    return problem("FORBIDDEN", `A session changes things only with its ${csrfHeader} header`);
  return { ...caller, session: { token: cookie } };
}

function callerOfSession({ keys, signOn }: Known, { holder }: Session): Caller | null {
  if (typeof holder !== "string") return personCaller(signOn, holder);
  const key = keys.byDigest(holder);
  return key === null ? null : callerOf(key);
}
