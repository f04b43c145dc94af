/**
 * Noticia: profiles, attributes, consent, sales events and stores.
 *
 * Noticia's API sends no messages; they are sent by its own segments, journeys and campaigns. What can be made reliable
 * are the writes, of which consent is the one that law is interested in. Two layers make a repeat harmless: business
 * keys (`external_id`) for ever, and the `Idempotency-Key` header for a day.
 */
export type * from "./inputs.ts";
export type * from "./options.ts";
export * from "./provider.ts";
export type * from "./values.ts";
