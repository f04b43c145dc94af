/** Completion for zsh: one function with descriptions, to be sourced or put on the `fpath`. */
import type { CommandNode, ValueKind } from "./tree.ts";
import { everyCommand } from "./tree.ts";

/** Writes the script. */
export function zshCompletion(program: CommandNode): string {
  const { name } = program;
  const all = everyCommand(program);
  const below = all.slice(1).map((node) => quoted(node.words));
  const values = all.flatMap((node) =>
    node.options.flatMap(({ long, value }) =>
      value.type === "none" ? [] : [`    (${quoted(`${node.words} ${long}`)}) ${answer(value)}; return ;;`],
    ),
  );
  const words = all.map((node) => `    (${quoted(node.words)})\n${offers(node)}\n      ;;`);
  return `#compdef ${name}
# Completion of ${name} for zsh. In ~/.zshrc, after compinit: source <(${name} completion zsh)
_${name}() {
  local at=${quoted(name)} index
  local -a commands options
  for ((index = 2; index < CURRENT; index++)); do
    case "$at \${words[index]}" in
      (${below.join("|")}) at="$at \${words[index]}" ;;
    esac
  done
  case "$at \${words[CURRENT-1]}" in
${values.join("\n")}
  esac
  case "$at" in
${words.join("\n")}
  esac
  [[ \${#commands} -gt 0 ]] && _describe -t commands command commands
  _describe -o -t options option options
}
if [[ "\${funcstack[1]}" == _${name} ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function answer(value: ValueKind): string {
  switch (value.type) {
    case "file":
      return "_files";
    case "choice":
      return `compadd -- ${value.choices.map(quoted).join(" ")}`;
    case "none":
    case "free":
      return "_message value";
    default:
      return value satisfies never;
  }
}

function offers(node: CommandNode): string {
  const choices = node.arguments.flatMap(({ value }) => (value.type === "choice" ? value.choices : []));
  const commands = [
    ...node.commands.map((child) => described(child.name, child.description)),
    ...choices.map((choice) => described(choice, "")),
  ];
  const options = [
    ...node.options.map(({ long, description }) => described(long, description)),
    described("--help", "what this command does"),
  ];
  return `      commands=(${commands.join(" ")})\n      options=(${options.join(" ")})`;
}

function described(word: string, description: string): string {
  return quoted(description === "" ? word : `${word.replaceAll(":", "\\:")}:${description}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
