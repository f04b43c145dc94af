/**
 * `@landline/providers/twilio/client`: Twilio for bundles that must be small (workers, functions). Name the operations
 * that are called; what is not named is not bundled. Everything else uses `@landline/providers/twilio`.
 */
export { twilioCalls } from "./calling.ts";
export type * from "./inputs.ts";
export type { OperationMakers, TwilioOperations } from "./operations.ts";
export * from "./operations/call-update.ts";
export * from "./operations/calls.ts";
export * from "./operations/changes.ts";
export * from "./operations/messages.ts";
export * from "./operations/verifications.ts";
export type * from "./options.ts";
export type * from "./values.ts";
