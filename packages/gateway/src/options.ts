/**
 * What a gateway is made of. Everything it touches comes through here: it opens no socket, reads no file, and has no
 * clock and no chance of its own.
 */
import type { Hashing, Provider, Redactor } from "@landline/core";
import type { LogLine } from "@landline/host";
import type { OperationView, Outbox, Store } from "@landline/outbox";
import type { KeyRing } from "./key-ring.ts";
import type { RateRule } from "./middleware/rate-limit.ts";
import type { SingleSignOn } from "./sign-in.ts";

/** Clock, timers and ids. `createHost()` of `@landline/host` fits. */
export interface GatewayHost {
  /** Epoch milliseconds. */
  now(): number;
  /** Milliseconds that never go back. */
  monotonic(): number;
  /** Calls back after `ms`; the returned function cancels. `keepsAlive` false: does not hold the process. */
  after(ms: number, callback: () => void, keepsAlive?: boolean): () => void;
  /** `op_` and a ULID; request ids and ids of bulk work are made of it. */
  newOperationId(): string;
  /** Hex SHA-256 of a text. */
  digest(text: string): string;
}

/** One step of a route: an account, and the channel to use there (null: whatever the message asks for). */
export interface RouteStep {
  readonly account: string;
  readonly channel: string | null;
}

/** A file of the console. */
export interface Asset {
  readonly body: string | Uint8Array;
  readonly contentType: string;
  /** True for names that change with their content: cached for a year. */
  readonly immutable: boolean;
}

/** Limits of what one caller may ask for. Sizes in bytes. */
export interface GatewayLimits {
  /** Any JSON body but a batch. */
  readonly bodyBytesMax: number;
  /** One operation, alone or in a batch, as written by the caller. */
  readonly operationBytesMax: number;
  /** The body of a batch. */
  readonly batchBytesMax: number;
  /** A provider's callback. */
  readonly webhookBytesMax: number;
  /** Event streams open at once. */
  readonly streamsMax: number;
  /** Events kept for streams that come back. */
  readonly eventsKept: number;
  /** Operations one piece of bulk work may freeze. */
  readonly bulkMembersMax: number;
  /** Bulk work on more operations than this waits for a second person; null: none does. */
  readonly approvalAbove: number | null;
  /** For keys without a limit of their own; null: none. */
  readonly rate: RateRule | null;
}

/** The limits that hold where none are given. */
export const defaultLimits: GatewayLimits = {
  bodyBytesMax: 1_048_576,
  operationBytesMax: 262_144,
  batchBytesMax: 8_388_608,
  webhookBytesMax: 1_048_576,
  streamsMax: 200,
  eventsKept: 4_096,
  bulkMembersMax: 100_000,
  approvalAbove: null,
  rate: null,
};

/** One answered request, for metrics and access logs. No bodies, no numbers, no tokens. */
export interface Observed {
  readonly method: string;
  /** The route's path with its parameters' names (`/v1/operations/{id}`), or `(none)`. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
  /** Name of the API key, or null. */
  readonly key: string | null;
  readonly requestId: string;
  readonly problem: string | null;
}

/** One line of the audit record: who did what to whom, and why. */
export interface AuditLine {
  readonly actor: string;
  readonly event: string;
  readonly subject: string;
  readonly because: string | null;
}

/** What a check of something outside found. */
export interface Checked {
  /** The channel or the account that was checked. */
  readonly subject: string;
  /** Null when all is well; else why not, without secrets. */
  readonly error: string | null;
  readonly durationMs: number;
}

/** Small named documents that survive a restart. A store is one. */
export type Documents = Pick<Store, "getDocument" | "putDocument" | "addDocument" | "deleteDocument" | "listDocuments">;

/** See {@link createGateway}. */
export interface GatewayOptions {
  readonly outbox: Outbox;
  readonly keys: KeyRing;
  /** Configured accounts by name. */
  readonly accounts: ReadonlyMap<string, { readonly provider: Provider }>;
  /** Routes by name, each an ordered fallback chain. */
  readonly routes: ReadonlyMap<string, readonly RouteStep[]>;
  /** Providers `POST /v1/explain` can speak of, by name; those of the accounts are added. */
  readonly providers?: ReadonlyMap<string, Pick<Provider, "name" | "errors" | "explain">>;
  /** Sessions and bulk work are kept here. */
  readonly documents: Documents;
  readonly host: GatewayHost;
  readonly hashing: Pick<Hashing, "equal">;
  /** An unpredictable token of at least 128 bits (`randomToken` of `@landline/host`). */
  readonly newToken: () => string;
  /** Removes secrets from what providers said. */
  readonly redactor: Redactor;
  /** How the world reaches us (`https://landline.example.com`), or null. Signatures are checked against it. */
  readonly publicUrl: string | null;
  /** True when the store admits one process at a time: work of a predecessor is taken up at once. Default false. */
  readonly storeIsOurs?: boolean;
  /** True when bound to a loopback address: then only loopback names (and `publicUrl`'s) are answered. */
  readonly loopback: boolean;
  /** Null when ready, else why not. Absent: always ready. */
  readonly readiness?: () => Promise<string | null> | string | null;
  /** Prometheus text. Absent: 404. */
  readonly metrics?: () => Promise<string> | string;
  /** `open`: `/metrics` needs no key. Default `key`. */
  readonly metricsAccess?: "key" | "open";
  /** Files of the console by path below `/` (`index.html`, `assets/…`). Absent: no console. */
  readonly asset?: (path: string) => Promise<Asset | null> | Asset | null;
  /** Durable record of changes and reveals that are not part of an operation's history. */
  readonly audit?: (line: AuditLine) => Promise<void>;
  readonly log?: LogLine;
  /** Signing in through a provider. Absent: by key alone. */
  readonly signOn?: SingleSignOn;
  /** Tells every alert channel of a test, and calls accounts' callback addresses from outside. Never reject. */
  readonly checks?: {
    alerts(actor: string): Promise<readonly Checked[]>;
    webhooks(accounts: readonly string[]): Promise<readonly Checked[]>;
  };
  /** Where the trace of an operation is looked at, or null. Absent: nowhere. */
  readonly traceUrl?: (operation: Pick<OperationView, "id" | "traceparent">) => string | null;
  readonly observe?: (request: Observed) => void;
  /** True for exceptions that mean "the store is out of reach"; absent: by the error's code. */
  readonly isUnavailable?: (error: unknown) => boolean;
  readonly limits?: Partial<GatewayLimits>;
}

/** Who is connected, as far as the listener knows. */
export interface Connection {
  readonly remoteAddress?: string | undefined;
}
