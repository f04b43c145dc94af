/**
 * Twilio: messages, calls and verifications.
 *
 * Twilio cannot de-duplicate a repeated create and answers a lost one only to those who look, so every create is
 * looked up before it is repeated, and the operation id travels in the callback address.
 */
export type * from "./inputs.ts";
export type * from "./options.ts";
export * from "./provider.ts";
export type * from "./values.ts";
