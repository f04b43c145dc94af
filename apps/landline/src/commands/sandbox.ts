/**
 * `landline sandbox`: fake providers over HTTP, for tests of one's own.
 */
import { Argument } from "commander";
import type { Command } from "commander";
import { listed } from "../completion/listed.ts";
import { untilStopped } from "../signals.ts";
import { CommandError, exit, printJson, say } from "../terminal.ts";
import type { CommonOptions } from "../terminal.ts";
import { addProviderOptions, readProviderOptions } from "./sandbox-options.ts";
import type { TypedOptions } from "./sandbox-options.ts";

const providers = ["twilio", "red-cloud", "noticia"] as const;

interface SandboxOptions extends CommonOptions, TypedOptions {
  readonly port: string;
  readonly faults?: string;
  readonly seed: string;
  readonly ledger?: string;
}

/** Adds the command. */
export function registerSandbox(program: Command): void {
  const command = program
    .command("sandbox")
    .description("fake providers over HTTP, with faults and a ledger of what really happened")
    .addArgument(listed(new Argument("[providers...]", "which ones (default: twilio)"), providers))
    .option("--port <number>", "port to listen on; 0 picks a free one", "0")
    .option("--faults <file>", "JSON file with fault rules")
    .option("--seed <number>", "the same seed gives the same faults", "1")
    .option("--ledger <file>", "append the ledger to this file, durably");
  addProviderOptions(command).action(async (names: string[], options: SandboxOptions) => {
    const wanted = names.length === 0 ? ["twilio" as const] : names.map(knownProvider);
    const read = readProviderOptions(options);
    if (!read.ok) throw new CommandError(read.faults.join("\n"), exit.usage);
    const stopped = untilStopped();
    const { runSandbox } = await import("@landline/sandbox");
    const started = await runSandbox({
      ...read.options,
      providers: wanted,
      port: wholeNumber("--port", options.port),
      seed: wholeNumber("--seed", options.seed),
      ...(options.faults === undefined ? {} : { faultsFile: options.faults }),
      ...(options.ledger === undefined ? {} : { ledgerFile: options.ledger }),
    });
    if (!started.ok) throw new CommandError(started.message, exit.usage);
    const { sandbox } = started;
    for (const [name, url] of Object.entries(sandbox.urls)) say(`${name} sandbox listening on ${url}`);
    if (options.json === true) printJson({ event: "listening", url: sandbox.url, urls: sandbox.urls });
    await stopped;
    await sandbox.close();
  });
}

function knownProvider(name: string): (typeof providers)[number] {
  const known = providers.find((provider) => provider === name);
  if (known === undefined)
    throw new CommandError(`unknown provider "${name}"; there are ${providers.join(", ")}`, exit.usage);
  return known;
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(value) || value < 0)
    throw new CommandError(`${option} must be a whole number, not "${text}"`, exit.usage);
  return value;
}
