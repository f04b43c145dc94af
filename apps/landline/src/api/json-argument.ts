/**
 * JSON given on a command line: as it stands, from `@FILE`, or from standard input with `-`.
 */
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { CommandError, exit } from "../terminal.ts";

/**
 * Reads it.
 * @param option name of the option, for messages
 * @throws {CommandError} when it is missing, unreadable or not a JSON object
 */
export async function readJsonArgument(
  option: string,
  argument: string | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  if (argument === undefined)
    throw new CommandError(`${option} is required: JSON, @FILE, or - for standard input`, exit.usage);
  let value: unknown;
  try {
    const source =
      argument === "-"
        ? await text(process.stdin)
        : argument.startsWith("@")
          ? await readFile(argument.slice(1), "utf8")
          : argument;
    value = JSON.parse(source);
  } catch (error) {
    const reason = error instanceof SyntaxError ? "is not valid JSON" : "cannot be read";
    throw new CommandError(`${option} ${reason}`, exit.usage);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new CommandError(`${option} must be a JSON object`, exit.usage);
  return value as Readonly<Record<string, unknown>>;
}
