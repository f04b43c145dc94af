/**
 * `landline completion`: a script for the shell, made from the commands themselves.
 */
import { Argument } from "commander";
import type { Command } from "commander";
import { bashCompletion } from "../completion/bash.ts";
import { fishCompletion } from "../completion/fish.ts";
import type { CommandNode } from "../completion/tree.ts";
import { treeOf } from "../completion/tree.ts";
import { zshCompletion } from "../completion/zsh.ts";
import { print, printJson } from "../terminal.ts";
import type { CommonOptions } from "../terminal.ts";

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const satisfies Record<
  string,
  (program: CommandNode) => string
>;

/** Adds the command. */
export function registerCompletion(program: Command): void {
  program
    .command("completion")
    .description("a completion script for your shell, on standard output")
    .addArgument(new Argument("<shell>", "which shell").choices(Object.keys(shells)))
    .action((shell: keyof typeof shells, options: CommonOptions) => {
      const script = shells[shell](treeOf(program));
      if (options.json === true) printJson({ shell, script });
      else print(script);
    });
}
