/** The memory store is a store like any other. */
import { createMemoryStore } from "./memory-store.ts";
import { storeConformance } from "./store-conformance/suite.ts";

storeConformance("the memory store", async () => {
  const clock = { now: Date.UTC(2026, 0, 1) };
  const store = createMemoryStore({ now: () => clock.now });
  return {
    store,
    advance(ms: number) {
      clock.now += ms;
    },
    async reopen() {
      store.crash();
      return store;
    },
    close: async () => store.close(),
  };
});
