/**
 * Commands that work on the store itself: `migrate`, `verify`, `prune`.
 */
import { readFile } from "node:fs/promises";
import type { InvariantBreak, Store } from "@landline/outbox";
import type { Command } from "commander";
import type { StoreConfig } from "../config/index.ts";
import { CommandError, exit, print, printJson, say } from "../terminal.ts";
import type { CommonOptions } from "../terminal.ts";

/** Adds `migrate`. */
export function registerMigrate(program: Command): void {
  program
    .command("migrate")
    .description("bring the store's schema up to date; does nothing when there is nothing to do")
    .option("--dry-run", "only say what would be done")
    .action(async (options: CommonOptions & { readonly dryRun?: boolean }) => {
      const { loadConfig } = await import("../config/index.ts");
      const { store } = await loadConfig(options.config ?? null, process.cwd(), process.env);
      const applied = await migrate(store, options.dryRun === true);
      if (options.json === true) printJson({ dry_run: options.dryRun === true, migrations: applied });
      else if (applied.length === 0) print("the store is up to date");
      else print(applied.map((name) => `${options.dryRun === true ? "would apply" : "applied"} ${name}`).join("\n"));
    });
}

async function migrate(store: StoreConfig, dryRun: boolean): Promise<readonly string[]> {
  switch (store.type) {
    case "sqlite": {
      // A SQLite store migrates itself when it is opened.
      if (dryRun) return [];
      const { openStore } = await import("../wire.ts");
      const opened = await openStore(store);
      await opened.store.close();
      return [];
    }
    case "postgres": {
      const { migratePostgres } = await import("@landline/outbox-postgres");
      return migratePostgres(store.url, { dryRun });
    }
    default:
      return store satisfies never;
  }
}

interface VerifyOptions extends CommonOptions {
  readonly ledger?: string;
}

/** Adds `verify`. */
export function registerVerify(program: Command): void {
  program
    .command("verify")
    .description(
      "check the invariants against the store, and with --ledger against what really happened; exit 1 when one is broken",
    )
    .option("--ledger <file|url>", "a sandbox's ledger: its file, or its base URL")
    .action(async (options: VerifyOptions) => {
      const [{ loadConfig }, { withStore }] = await Promise.all([
        import("../config/index.ts"),
        import("../store-session.ts"),
      ]);
      const config = await loadConfig(options.config ?? null, process.cwd(), process.env);
      const breaks = await withStore(config.store, async (store) => [
        ...(await store.verify()),
        ...(options.ledger === undefined ? [] : await againstLedger(store, options.ledger)),
      ]);
      if (options.json === true) printJson({ ok: breaks.length === 0, breaks });
      else if (breaks.length === 0) print("every invariant holds");
      else print(breaks.map((found) => `${found.invariant}  ${found.operationId ?? "-"}  ${found.message}`).join("\n"));
      if (breaks.length > 0) process.exitCode = exit.failed;
    });
}

async function againstLedger(store: Store, ledger: string): Promise<readonly InvariantBreak[]> {
  const { compareWithLedger, readLedger } = await import("../ledger.ts");
  return compareWithLedger(store, readLedger(await ledgerText(ledger)));
}

async function ledgerText(source: string): Promise<string> {
  if (!/^https?:/.test(source)) {
    return readFile(source, "utf8").catch(() => {
      throw new CommandError(`cannot read the ledger ${source}`, exit.usage);
    });
  }
  const url = source.includes("/_sandbox/") ? source : `${source.replace(/\/+$/, "")}/_sandbox/ledger`;
  const response = await fetch(url).catch(() => null);
  if (response === null || !response.ok) throw new CommandError(`no sandbox answers at ${url}`);
  return response.text();
}

/** Operations deleted at once; no lock is held longer. */
const batch = 5_000;

/** Adds `prune`. */
export function registerPrune(program: Command): void {
  program
    .command("prune")
    .description("delete finished operations that are older than the retention")
    .option("--older-than <duration>", "instead of the configured retention, such as 30d")
    .action(async (options: CommonOptions & { readonly olderThan?: string }) => {
      const [{ loadConfig }, { withStore }, { parseDuration }] = await Promise.all([
        import("../config/index.ts"),
        import("../store-session.ts"),
        import("@landline/core"),
      ]);
      const config = await loadConfig(options.config ?? null, process.cwd(), process.env);
      const age = options.olderThan === undefined ? config.retentionMs : parseDuration(options.olderThan);
      if (age === null)
        throw new CommandError(`--older-than must be a duration such as 30d, not "${options.olderThan}"`, exit.usage);
      const deleted = await withStore(config.store, async (store) => {
        const before = (await store.now()) - age;
        let total = 0;
        for (;;) {
          const count = await store.prune(before, batch);
          total += count;
          if (count === 0) return total;
          if (options.json !== true && count === batch) say(`${total} deleted so far`);
        }
      });
      if (options.json === true) printJson({ deleted });
      else print(`${deleted} operation${deleted === 1 ? "" : "s"} deleted`);
    });
}
