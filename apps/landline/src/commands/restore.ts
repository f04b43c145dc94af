/**
 * `landline restore`: says that the store is a backup that was put back.
 *
 * Run it before anything dispatches. What waits is doubted, because it may have been sent after the backup was made;
 * nothing is sent by this command itself.
 */
import type { Command } from "commander";
import { CommandError, exit, print, printJson } from "../terminal.ts";
import type { CommonOptions } from "../terminal.ts";

interface RestoreOptions extends CommonOptions {
  readonly since?: string;
  readonly trust?: boolean;
  readonly reason?: string;
}

/** Who the histories name for what is done from this command line. */
const actor = "command line";

/** Adds `restore`. */
export function registerRestore(program: Command): void {
  program
    .command("restore")
    .description("after a backup was put back: doubt what waits before anything is sent (reconciled or parked)")
    .option("--since <time>", "when the backup was made (RFC 3339); nothing is looked for before it")
    .option("--trust", "nothing is missing (a planned move or upgrade): doubt nothing")
    .option("--reason <text>", "what the histories say")
    .action(async (options: RestoreOptions) => {
      const since = options.since === undefined ? null : instantOf(options.since);
      const [{ loadConfig }, { withStore }] = await Promise.all([
        import("../config/index.ts"),
        import("../store-session.ts"),
      ]);
      const config = await loadConfig(options.config ?? null, process.cwd(), process.env);
      await withStore(config.store, async (store) => {
        const moved = await store.moved();
        if (options.trust === true) {
          await store.trust({ actor, because: options.reason ?? "nothing is missing" });
          if (options.json === true) printJson({ moved, trusted: true, doubted: 0 });
          else print("the store is trusted as it is; nothing is doubted");
          return;
        }
        const because = options.reason ?? moved ?? "a backup was put back";
        const doubted = (await store.presumeStarted({ actor, because, since, quietMs: 0 })) ?? 0;
        if (options.json === true) printJson({ moved, trusted: false, doubted });
        else if (doubted === 0) print("nothing waited that could have been sent");
        else
          print(
            `${doubted} operations may have been sent already: a dispatcher asks the providers that can be asked, the rest comes to review`,
          );
      });
    });
}

function instantOf(text: string): number {
  const at = /^\d{4}-\d\d-\d\d[Tt ].*(?:[Zz]|[+-]\d\d:?\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isFinite(at))
    throw new CommandError(
      `--since must be an instant with its zone, such as 2026-11-21T03:00:00Z, not "${text}"`,
      exit.usage,
    );
  if (at > Date.now()) throw new CommandError("--since lies in the future; a backup does not", exit.usage);
  return at;
}
