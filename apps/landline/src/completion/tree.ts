/**
 * The command line as plain values: what completion scripts and the reference page are made of, so that both always say
 * what the program itself says.
 */
import type { Argument, Command, Option } from "commander";

/** What completes a value. */
export type ValueKind =
  | { readonly type: "none" }
  | { readonly type: "file" }
  | { readonly type: "choice"; readonly choices: readonly string[] }
  /** Something nobody can list. */
  | { readonly type: "free" };

/** One option. */
export interface OptionNode {
  /** `--config`. */
  readonly long: string;
  readonly description: string;
  /** As the help writes it: `--config <file>`. */
  readonly flags: string;
  readonly value: ValueKind;
  readonly required: boolean;
  /** As text, or null. */
  readonly initial: string | null;
}

/** One argument. */
export interface ArgumentNode {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly many: boolean;
  readonly value: ValueKind;
}

/** One command and everything below it. */
export interface CommandNode {
  readonly name: string;
  /** Words from the program's name on: `landline review fix`. */
  readonly words: string;
  readonly description: string;
  readonly options: readonly OptionNode[];
  readonly arguments: readonly ArgumentNode[];
  readonly commands: readonly CommandNode[];
}

/** Values that are files, by the name their option or argument gives them. */
const fileNames = new Set(["file", "file|url"]);

/** Reads a program. */
export function treeOf(command: Command, above = ""): CommandNode {
  const words = `${above} ${command.name()}`.trim();
  return {
    name: command.name(),
    words,
    description: command.description(),
    options: command.options.map(optionOf),
    arguments: command.registeredArguments.map(argumentOf),
    commands: command.commands.map((child) => treeOf(child, words)),
  };
}

/** A command and all below it, parents first. */
export function everyCommand(node: CommandNode): readonly CommandNode[] {
  return [node, ...node.commands.flatMap(everyCommand)];
}

function optionOf(option: Option): OptionNode {
  const { defaultValue } = option as { readonly defaultValue?: unknown };
  return {
    long: option.long ?? option.flags,
    description: option.description,
    flags: option.flags,
    value: option.required || option.optional ? valueOf(nameIn(option.flags), option.argChoices) : { type: "none" },
    required: option.mandatory,
    initial: typeof defaultValue === "string" ? defaultValue : null,
  };
}

function argumentOf(argument: Argument): ArgumentNode {
  return {
    name: argument.name(),
    description: argument.description,
    required: argument.required,
    many: argument.variadic,
    value: valueOf(argument.name(), argument.argChoices),
  };
}

function valueOf(name: string, choices: readonly string[] | undefined): ValueKind {
  if (choices !== undefined) return { type: "choice", choices };
  return { type: fileNames.has(name) ? "file" : "free" };
}

function nameIn(flags: string): string {
  return /[<[]([^>\]]+)[>\]]/.exec(flags)?.[1] ?? "";
}
