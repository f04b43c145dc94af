/**
 * The command line. Commands live in `commands/`; this file only knows their names and how they end.
 */
import { Command, CommanderError } from "commander";
import { commands } from "./commands/index.ts";
import { exit, explainError, say } from "./terminal.ts";

/** Builds the program with every command. */
export function createProgram(): Command {
  const program = new Command("landline")
    .description("Every communications call ends in exactly one known state, with the reason.")
    .version("0.1.0")
    .exitOverride()
    .configureHelp({ showGlobalOptions: true });
  for (const register of commands) register(program);
  const everywhere = (command: Command): void => {
    command.exitOverride();
    if (command.commands.length === 0) {
      command
        .option("--config <file>", "configuration file (default: landline.config.{ts,js,json} in this directory)")
        .option("--json", "one JSON document or JSON lines on stdout, messages on stderr");
    }
    command.commands.forEach(everywhere);
  };
  program.commands.forEach(everywhere);
  return program;
}

/** Runs one command line and answers with the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync(argv, { from: "user" });
    return typeof process.exitCode === "number" ? process.exitCode : exit.done;
  } catch (error) {
    if (error instanceof CommanderError) {
      const shown = ["commander.help", "commander.helpDisplayed", "commander.version"].includes(error.code);
      return shown && error.exitCode === 0 ? exit.done : exit.usage;
    }
    const { exitCode, message } = explainError(error);
    say(`landline: ${message}`);
    return exitCode;
  }
}

process.exitCode = await main(process.argv.slice(2));
