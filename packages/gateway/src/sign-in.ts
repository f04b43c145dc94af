/**
 * Signing in through somebody else's provider, as far as the gateway is concerned: it sends people there, takes them back
 * and remembers who they are. The protocol itself is the root's, because it goes out to the network.
 */
import type { Role } from "./key-ring.ts";

/** Somebody a provider vouches for. */
export interface Person {
  readonly issuer: string;
  /** The provider's own, never reused id. */
  readonly subject: string;
  /** For people to read; unique as far as the provider says so. */
  readonly name: string;
  /** Values of the claim that roles are given by. */
  readonly groups: readonly string[];
}

/** What went wrong on the way. `unreachable` is worth another try, the others are not. */
export type SignInTrouble =
  /** The provider does not answer, or not as a provider. */
  | "unreachable"
  /** The person or the provider said no. */
  | "denied"
  /** What came back does not fit what was sent out: another browser, too late, twice, or forged. */
  | "invalid";

/** A result, or what went wrong; `message` is for the log, not for the person. */
export type SignInResult<T> =
  | ({ readonly ok: true } & T)
  | { readonly ok: false; readonly trouble: SignInTrouble; readonly message: string };

/** What must come back with the person: kept in their browser until then. */
export type SignInMemo = Readonly<Record<"state" | "nonce" | "verifier", string>>;

/** See the module comment. Nothing here rejects. */
export interface SingleSignOn {
  /** On the button. */
  readonly label: string;
  /** Milliseconds a session lives. */
  readonly sessionMs: number;
  /** Where to send a person, and what to remember of it. */
  begin(redirectUri: string): Promise<SignInResult<{ readonly url: string; readonly memo: SignInMemo }>>;
  /** Who came back. @param address the callback's own, with the provider's answer in its query */
  finish(address: URL, memo: SignInMemo): Promise<SignInResult<{ readonly person: Person }>>;
  /** What a person may do, by the configuration of now; null: nothing. */
  rightsOf(person: Person): { readonly role: Role; readonly accounts: readonly string[] | null } | null;
  /** Where to end the provider's own session; null when it has no such place. */
  signOutUrl(returnTo: string): string | null;
}
