/**
 * `docs/reference/cli.md`, written from the commands themselves: what is documented is what is parsed.
 */
import path from "node:path";
import type { ArgumentNode, CommandNode, OptionNode } from "../apps/landline/src/completion/tree.ts";
import { everyCommand, treeOf } from "../apps/landline/src/completion/tree.ts";
import { commonOptions, createProgram } from "../apps/landline/src/program.ts";
import type { GeneratedPage } from "./error-pages.ts";

/** The page. */
export function cliPages(): readonly GeneratedPage[] {
  return [{ path: "docs/reference/cli.md", text: pageOf(treeOf(createProgram())) }];
}

const everywhere = new Set<string>(commonOptions.map(([flags]) => flags));

function pageOf(program: CommandNode): string {
  const all = everyCommand(program).slice(1);
  const doing = all.filter((command) => command.commands.length === 0);
  return `# Command line

<!-- Written by \`npm run docs\` from apps/landline/src/commands. Change the commands there, not this page. -->

${program.description} In a checkout: \`npx landline …\`.

| command | does |
| --- | --- |
${doing.map(({ words, description }) => `| [\`${words}\`](#${anchor(words)}) | ${cell(description)} |`).join("\n")}

## What holds everywhere

| option | does |
| --- | --- |
${commonOptions.map(([flags, description]) => `| \`${flags}\` | ${cell(description)} |`).join("\n")}
| \`--help\` | says what a command does |

- **Exit codes.** 0 done; 1 failed; 2 wrong usage, which includes a broken configuration: every fault is named with its
  path. Nothing prints a stack trace, and nothing prints a secret.
- **Streams.** Results on stdout, messages on stderr. Colours and moving progress only on a terminal, never with
  \`NO_COLOR\`.
- **Keys.** Never an argument, because arguments are visible to everybody on the machine. Commands that talk to a gateway
  take the key from \`LANDLINE_KEY\`, else the strongest of the configuration, and the address from \`--url\`,
  \`LANDLINE_URL\`, else the configuration. Those of the sandbox are made up and protect nothing.
- **Signals.** Ctrl-C (or SIGTERM) drains; a second one stops at once.

${all.map(section).join("\n\n")}
`;
}

function section(command: CommandNode): string {
  const { words, description, commands } = command;
  if (commands.length > 0) {
    const below = commands.map((child) => `[\`${child.name}\`](#${anchor(child.words)})`).join(", ");
    return `## ${words}\n\n${sentence(description)} ${below}.`;
  }
  const options = command.options.filter(({ flags }) => !everywhere.has(flags));
  const usage = [words, ...command.arguments.map(argumentText), options.length === 0 ? "" : "[options]"]
    .filter((part) => part !== "")
    .join(" ");
  const parts = [`## ${words}`, sentence(description), `\`\`\`sh\n${usage}\n\`\`\``];
  const rows = [...command.arguments.filter(isSaying).map(argumentRow), ...options.map(optionRow)];
  if (rows.length > 0) parts.push(`| | |\n| --- | --- |\n${rows.join("\n")}`);
  return parts.join("\n\n");
}

function isSaying({ description, value }: ArgumentNode): boolean {
  return description !== "" || value.type === "choice";
}

function argumentText({ name, required, many }: ArgumentNode): string {
  const text = many ? `${name}...` : name;
  return required ? `<${text}>` : `[${text}]`;
}

function argumentRow(argument: ArgumentNode): string {
  return `| \`${argumentText(argument)}\` | ${cell([argument.description, choicesOf(argument)].filter(Boolean).join("; "))} |`;
}

function optionRow(option: OptionNode): string {
  const notes = [option.description, choicesOf(option)];
  if (option.required) notes.push("required");
  if (option.initial !== null) notes.push(`default ${inCheckout(option.initial)}`);
  return `| \`${option.flags.replaceAll("|", "\\|")}\` | ${cell(notes.filter(Boolean).join("; "))} |`;
}

/** A file of the checkout by the name it has there, wherever the checkout is. */
function inCheckout(value: string): string {
  return path.isAbsolute(value) ? path.relative(path.resolve(import.meta.dirname, ".."), value) : value;
}

function choicesOf({ value }: ArgumentNode | OptionNode): string {
  return value.type === "choice" ? value.choices.join(", ") : "";
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function anchor(words: string): string {
  return words.replaceAll(" ", "-");
}
