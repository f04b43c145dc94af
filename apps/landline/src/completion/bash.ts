/** Completion for bash, 3.2 and later: one function, no files, nothing run but the shell itself. */
import type { CommandNode, ValueKind } from "./tree.ts";
import { everyCommand } from "./tree.ts";

/** Writes the script. */
export function bashCompletion(program: CommandNode): string {
  const { name } = program;
  const all = everyCommand(program);
  const below = all.slice(1).map((node) => quoted(node.words));
  const values = all.flatMap((node) =>
    node.options.flatMap(({ long, value }) =>
      value.type === "none" ? [] : [`    ${quoted(`${node.words} ${long}`)}) ${answer(value)} ;;`],
    ),
  );
  const words = all.map((node) => `    ${quoted(node.words)}) words=${quoted(wordsOf(node).join(" "))} ;;`);
  return `# Completion of ${name} for bash. In ~/.bashrc: source <(${name} completion bash)
_${name}() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" at=${quoted(name)} words="" index
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "$at \${COMP_WORDS[index]}" in
      ${below.join(" | ")}) at="$at \${COMP_WORDS[index]}" ;;
    esac
  done
  case "$at $before" in
${values.join("\n")}
  esac
  case "$at" in
${words.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -F _${name} ${name}
`;
}

function answer(value: ValueKind): string {
  switch (value.type) {
    case "file":
      return 'COMPREPLY=($(compgen -f -- "$word")); return';
    case "choice":
      return `COMPREPLY=($(compgen -W ${quoted(value.choices.join(" "))} -- "$word")); return`;
    case "none":
    case "free":
      return "return";
    default:
      return value satisfies never;
  }
}

function wordsOf(node: CommandNode): readonly string[] {
  const choices = node.arguments.flatMap(({ value }) => (value.type === "choice" ? value.choices : []));
  return [...node.commands.map((child) => child.name), ...choices, ...node.options.map(({ long }) => long), "--help"];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
