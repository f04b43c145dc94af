/**
 * Red Cloud: SMS and MMS of its own numbers.
 *
 * Red Cloud requires an idempotency key and answers a repeat with the same key and payload as it answered the first
 * time, so doubt is resolved by repeating. It has no look-up: without a repeat, only its events tell what became of a
 * message.
 */
export type * from "./options.ts";
export * from "./provider.ts";
export type * from "./values.ts";
