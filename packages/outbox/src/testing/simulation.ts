/** `@landline/outbox/simulation`: the parts of a simulated world, without the test runner that `testing` brings along. */
export { createLedgerProvider } from "./ledger-provider.ts";
export { createMemoryStore } from "./memory-store.ts";
export type { MemoryStore } from "./memory-store.ts";
