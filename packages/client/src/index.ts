/** `@landline/client`: one request and its retries, in process. */
export * from "./create-sender.ts";
export type { AttemptReport } from "./attempt.ts";
export type { Limits, Outgoing, Transport, TransportClock, TransportOptions } from "./exchange.ts";
export type { LookupReport } from "./look.ts";
