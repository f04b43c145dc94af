/** Where a proof keeps its operations: a file, or a PostgreSQL of its own that can be hit as well. */
import path from "node:path";
import type { StoreConfig } from "../apps/landline/src/config/index.ts";
import type { Victim } from "./chaos.ts";

/** A place for a store. */
export interface Place {
  /** As a configuration file says it. */
  readonly configured: string;
  readonly config: StoreConfig;
  readonly victim: Victim | null;
  close(): Promise<void>;
}

/** Makes a place in a folder. */
export async function openPlace(kind: "sqlite" | "postgres", directory: string): Promise<Place> {
  switch (kind) {
    case "sqlite":
      return {
        configured: "sqlite:./landline.db",
        config: { type: "sqlite", path: path.join(directory, "landline.db") },
        victim: null,
        close: async () => undefined,
      };
    case "postgres": {
      const { openPostgresPlace } = await import("./postgres.ts");
      return openPostgresPlace();
    }
    default:
      return kind satisfies never;
  }
}
