/** Completion for fish: declarations with descriptions, one condition. */
import type { CommandNode, OptionNode } from "./tree.ts";
import { everyCommand } from "./tree.ts";

/** Writes the script. */
export function fishCompletion(program: CommandNode): string {
  const { name } = program;
  const all = everyCommand(program);
  const below = all.slice(1).map((node) => quoted(node.words));
  const lines = all.flatMap((node) => [
    ...node.commands.map((child) => `${when(name, node)} -a ${quoted(child.name)} -d ${quoted(child.description)}`),
    ...node.arguments.flatMap(({ value }) =>
      value.type === "choice" ? [`${when(name, node)} -a ${quoted(value.choices.join(" "))}`] : [],
    ),
    ...node.options.map((option) => `${when(name, node)} -l ${option.long.replace(/^--/, "")}${needs(option)}`),
    `${when(name, node)} -l help -d ${quoted("what this command does")}`,
  ]);
  return `# Completion of ${name} for fish: ${name} completion fish > ~/.config/fish/completions/${name}.fish
function __${name}_at
    set -l at ${quoted(name)}
    for word in (commandline -opc)[2..-1]
        switch "$at $word"
            case ${below.join(" ")}
                set at "$at $word"
        end
    end
    test "$at" = "$argv[1]"
end
complete -c ${name} -f
${lines.join("\n")}
`;
}

function when(name: string, node: CommandNode): string {
  return `complete -c ${name} -n ${quoted(`__${name}_at ${doubled(node.words)}`)}`;
}

function needs({ value, description }: OptionNode): string {
  const said = ` -d ${quoted(description)}`;
  switch (value.type) {
    case "none":
      return said;
    case "file":
      return ` -r -F${said}`;
    case "choice":
      return ` -x -a ${quoted(value.choices.join(" "))}${said}`;
    case "free":
      return ` -x${said}`;
    default:
      return value satisfies never;
  }
}

function doubled(text: string): string {
  return `"${text}"`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
