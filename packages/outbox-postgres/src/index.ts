/** `@landline/outbox-postgres`: a store in PostgreSQL, for any number of processes. */
export type { Failover } from "./home.ts";
export { migratePostgres, openPostgresStore } from "./open-store.ts";
export type { OpenOptions } from "./open-store.ts";
export { postgresStore } from "./store.ts";
export type { InsertOptions, PostgresStore, PostgresStoreOptions } from "./store.ts";
export type {
  CallersQuery,
  CallersTransaction,
  DrizzleTransaction,
  KyselyTransaction,
  PgTransaction,
} from "./transaction.ts";
export { StoreTrouble } from "./trouble.ts";
export type { StoreTroubleCode } from "./trouble.ts";
