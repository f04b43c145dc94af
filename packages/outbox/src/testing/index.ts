/** `@landline/outbox/testing`: what tests, stores and the simulator share. */
export { createMemoryStore } from "./memory-store.ts";
export type { AuditLine, MemoryStore, MemoryStoreOptions } from "./memory-store.ts";
