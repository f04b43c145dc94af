/**
 * The command line as a tree of commands, before anything is run. Commands live in `commands/`; this file only puts
 * them together and adds what is the same everywhere.
 */
import { Command } from "commander";
import { commands } from "./commands/index.ts";

/** Options of every command that does something. */
export const commonOptions = [
  ["--config <file>", "configuration file (default: landline.config.{ts,js,json} in this directory)"],
  ["--json", "one JSON document or JSON lines on stdout, messages on stderr"],
] as const;

/** Builds the program with every command. */
export function createProgram(): Command {
  const program = new Command("landline")
    .description("Every communications call ends in exactly one known state, with the reason.")
    .version("0.1.0")
    .exitOverride()
    .showHelpAfterError("See landline --help")
    // Without this the program's own --version would swallow that of the review verbs.
    .enablePositionalOptions();
  for (const register of commands) register(program);
  const everywhere = (command: Command, parent: string): void => {
    const words = `${parent} ${command.name()}`;
    command.exitOverride().showHelpAfterError(`See ${words} --help`);
    if (command.commands.length === 0) {
      for (const [flags, description] of commonOptions) command.option(flags, description);
    }
    for (const child of command.commands) everywhere(child, words);
  };
  for (const command of program.commands) everywhere(command, "landline");
  return program;
}

/**
 * Moves `--config` and `--json` that stand before the last command word behind it, where commander looks for them: both
 * are allowed everywhere.
 */
export function hoistCommonOptions(program: Command, argv: readonly string[]): readonly string[] {
  const words: string[] = [];
  const options: string[] = [];
  let command = program;
  let index = 0;
  for (; index < argv.length; index += 1) {
    const word = argv[index] ?? "";
    const child = command.commands.find((known) => known.name() === word);
    if (child !== undefined) {
      words.push(word);
      command = child;
    } else if (word === "--json" || word.startsWith("--config=")) options.push(word);
    else if (word === "--config" && index + 1 < argv.length) options.push(word, argv[(index += 1)] ?? "");
    else break;
  }
  return command.commands.length > 0 ? argv : [...words, ...options, ...argv.slice(index)];
}
