/**
 * The command line: runs one, and knows how each ends.
 */
import { CommanderError } from "commander";
import { createProgram, hoistCommonOptions } from "./program.ts";
import { exit, explainError, say } from "./terminal.ts";

/** Runs one command line and answers with the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const program = createProgram();
    await program.parseAsync(hoistCommonOptions(program, argv), { from: "user" });
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
