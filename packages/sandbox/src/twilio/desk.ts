/**
 * What the parts of the fake Twilio share: how a request reached them, and the settings of the whole.
 */
import type { FakeWorld, Performance, Received } from "../fake.ts";
import type { Form } from "../http/form.ts";
import type { Format } from "./answers.ts";
import type { Credentials } from "./credentials.ts";
import type { Pace } from "./lifecycle.ts";

/** The settings and the outside. */
export interface Desk {
  readonly world: FakeWorld;
  readonly credentials: Credentials;
  readonly pace: Pace;
  /** Senders the account owns; null: any well-formed one. */
  readonly senders: readonly string[] | null;
}

/** A request that belongs to an account's resources. */
export interface Visit {
  readonly received: Received;
  readonly accountSid: string;
  /** Null for the collection. */
  readonly sid: string | null;
  readonly format: Format;
  /** The body's parameters; for GET the query's. */
  readonly form: Form;
  readonly performance: Performance;
}

/** Path prefix of the 2010 API. */
export const apiVersion = "2010-04-01";

/** The path of an account's resource, as `uri` fields show it. */
export const uriOf = (accountSid: string, rest: string): string => `/${apiVersion}/Accounts/${accountSid}/${rest}`;
