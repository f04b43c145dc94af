/** `@landline/providers`: every provider by name. Each one alone is at `@landline/providers/<name>`. */
export * from "./twilio/index.ts";
