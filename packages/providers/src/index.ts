/**
 * `@landline/providers`: every provider, and the registry that builds them from a configuration. One provider alone is
 * at `@landline/providers/<name>`, which is what an application with one provider should import.
 */
export * from "./http/status-page.ts";
export * from "./noticia/index.ts";
export * from "./red-cloud/index.ts";
export type * from "./registration.ts";
export * from "./registry.ts";
export * from "./twilio/index.ts";
