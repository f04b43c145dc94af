/**
 * `landline serve` and `landline work`: the two ways to run for a long time.
 *
 * What they need is loaded when they run, so that `landline explain` does not wait for a database driver.
 */
import type { Command } from "commander";
import { restoredByHand } from "../restored.ts";
import { untilStopped } from "../signals.ts";
import { CommandError, exit, printJson, say } from "../terminal.ts";
import type { CommonOptions } from "../terminal.ts";

interface ServeCommandOptions extends CommonOptions {
  readonly dispatch: boolean;
  readonly port?: string;
  readonly restored?: boolean;
}

const restoredHelp = "the store is a backup that was put back: doubt what waits before anything is sent";

/** Adds `serve`. */
export function registerServe(program: Command): void {
  program
    .command("serve")
    .description("gateway, console and dispatcher in one process")
    .option("--no-dispatch", "the gateway alone; `landline work` dispatches elsewhere")
    .option("--port <number>", "port to listen on instead of the configured one; 0 picks a free one")
    .option("--restored", restoredHelp)
    .action(async (options: ServeCommandOptions) => {
      const [{ loadConfig }, { serve }] = await Promise.all([import("../config/index.ts"), import("../serve.ts")]);
      const config = await loadConfig(options.config ?? null, process.cwd(), process.env);
      const port = options.port === undefined ? undefined : portOf(options.port);
      // Before the start: whoever reads "listening" may stop it in the same moment, and that must drain too.
      const stopped = untilStopped();
      let keyKnown = config.apiKeys.length > 0;
      const running = await serve(config, {
        dispatch: options.dispatch,
        restored: options.restored === true,
        ...(port === undefined ? {} : { port }),
        keyMade: (key) => {
          keyKnown = true;
          say(
            `no API keys are configured: made the admin key ${key} (shown this once; the store keeps only its digest)`,
          );
        },
      });
      if (!keyKnown)
        say(
          "no API keys are configured: those made earlier count; if all are lost, put one into apiKeys of the configuration",
        );
      if (config.accounts.size === 0)
        say("no accounts are configured yet: add one to landline.config.json to send something");
      say(`listening on ${running.url}`);
      if (options.json === true) printJson({ event: "listening", url: running.url });
      await stopped;
      await running.close();
    });
}

/** Adds `work`. */
export function registerWork(program: Command): void {
  program
    .command("work")
    .description("dispatcher alone; any number of processes on one PostgreSQL store")
    .option("--restored", restoredHelp)
    .action(async (options: CommonOptions & { readonly restored?: boolean }) => {
      const [{ loadConfig }, { wireSystem }, { observeSystem }, { createRedactor }] = await Promise.all([
        import("../config/index.ts"),
        import("../wire.ts"),
        import("../observe/index.ts"),
        import("@landline/core"),
      ]);
      const config = await loadConfig(options.config ?? null, process.cwd(), process.env);
      const stopped = untilStopped();
      const system = await wireSystem(config);
      const observers = await observeSystem(system, createRedactor(config.secrets));
      if (options.restored === true) await system.outbox.restored(restoredByHand);
      await system.outbox.run();
      say(`working on ${config.accounts.size} account${config.accounts.size === 1 ? "" : "s"}`);
      if (options.json === true) printJson({ event: "working" });
      await stopped;
      await observers.close();
      await system.close();
    });
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new CommandError(`--port must be a number from 0 to 65535, not "${text}"`, exit.usage);
  return port;
}
