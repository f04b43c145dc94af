/** `@landline/outbox-sqlite`: a store in one file, for one process, with group commit. */
export { sqliteStore } from "./store.ts";
export type { SqliteStore, SqliteStoreOptions } from "./store.ts";
export type { OpenOptions } from "./open.ts";
export { StoreTrouble } from "./trouble.ts";
export type { StoreTroubleCode } from "./trouble.ts";
