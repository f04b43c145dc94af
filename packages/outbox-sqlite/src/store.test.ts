/** The SQLite store against the suite every store passes, on a real file. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { storeConformance } from "@landline/outbox/testing";
import { sqliteStore } from "./store.ts";

storeConformance("sqlite", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "landline-store-"));
  const file = path.join(folder, "landline.db");
  let now = 1_795_000_000_000;
  let store = sqliteStore(file, { now: () => now });
  return {
    store,
    advance: (ms) => {
      now += ms;
    },
    reopen: async () => {
      await store.close();
      store = sqliteStore(file, { now: () => now });
      return store;
    },
    close: async () => {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
});
