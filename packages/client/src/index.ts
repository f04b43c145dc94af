/** `@landline/client`: one request and its retries, in process. */
export * from "./client.ts";
export * from "./create-sender.ts";
export type { AttemptReport } from "./attempt.ts";
export type { CallAttempt, ClientEvent, ClientListener } from "./events.ts";
export type { Limits, Outgoing, Transport, TransportClock, TransportOptions } from "./exchange.ts";
export type { LookupReport } from "./look.ts";
export type { CallOptions, ClientOptions } from "./options.ts";
export type { CallFailure, CallResult, CallSuccess, ReconcileOptions } from "./result.ts";
export { LandlineError } from "@landline/core";
export * from "./reliable-fetch.ts";
