/** `@landline/gateway`: the HTTP API as a function of `Request`. */
export { createGateway } from "./app.ts";
export type { Gateway } from "./app.ts";
export { keyCollection, makeKey, personPrefix, readStoredKey } from "./keys/stored-key.ts";
export { createKeyRing, roles } from "./key-ring.ts";
export type { KeyRecord, KeyRing, LiveKey, Role } from "./key-ring.ts";
export { defaultLimits } from "./options.ts";
export type {
  Asset,
  AuditLine,
  Checked,
  Connection,
  Documents,
  GatewayHost,
  GatewayLimits,
  GatewayOptions,
  Observed,
  RouteStep,
} from "./options.ts";
export { problemStatus } from "./reply.ts";
export type { ErrorEnvelope, ProblemCode } from "./reply.ts";
export type { WireAttempt, WireHistory, WireOperation, WireOperationSummary, WireReceipt } from "./wire/operation.ts";
export { outlineOf } from "./docs/outline.ts";
export type { ApiDocument, ApiGroup, ApiOperation } from "./docs/outline.ts";
export type { BulkAction, BulkResult } from "./bulk/record.ts";
export type { WireKey } from "./routes/keys.ts";
export type { WireBulk, WireBulkApproval, WireBulkLine } from "./wire/bulk.ts";
export type { WireSession } from "./routes/session.ts";
export type { WireAccount, WireHold, WireLane } from "./wire/account.ts";
export type {
  WireCurrent,
  WireFigures,
  WireIncident,
  WireOverview,
  WireOverviewAccount,
  WireOverviewBucket,
  WireQuantiles,
} from "./wire/overview.ts";
export type { WireEvent } from "./wire/event.ts";
export type { Person, SignInTrouble, SingleSignOn } from "./sign-in.ts";
export type { WireSignInOptions } from "./routes/sign-in.ts";
