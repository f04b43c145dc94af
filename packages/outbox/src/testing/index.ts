/** `@landline/outbox/testing`: what tests, stores and the simulator share. */
export { createMemoryStore } from "./memory-store.ts";
export type { AuditLine } from "./memory/ledgers.ts";
export type { MemoryStore, MemoryStoreOptions } from "./memory-store.ts";
export { createLedgerProvider, ledgerErrors } from "./ledger-provider.ts";
export type { Effect, Fate, LedgerProvider, LedgerProviderOptions, Received } from "./ledger-provider.ts";
export { createVirtualHost } from "./virtual-host.ts";
export type { VirtualHost, VirtualHostOptions, VirtualTime } from "./virtual-host.ts";
export { createWorld } from "./world.ts";
export type { World, WorldOptions } from "./world.ts";
export { storeConformance } from "./store-conformance/suite.ts";
export type { OpenStore, StoreUnderTest } from "./store-conformance/kit.ts";
export { canaries, canariesIn, liveWithCanaries, sealerOf } from "./canaries.ts";
