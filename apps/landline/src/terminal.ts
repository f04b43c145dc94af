/**
 * What a command says and how it ends: results on stdout, messages on stderr, never a stack trace.
 */
import { ConfigError } from "./config/config-error.ts";

/** Exit codes of the contract. */
export const exit = { done: 0, failed: 1, usage: 2 } as const;

/** A failure that a person can act on; its message is shown as it stands. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: number;
  constructor(message: string, exitCode: number = exit.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Options every command has. */
export interface CommonOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** Writes a line to stderr, for people. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Writes a result to stdout. */
export function print(text: string): void {
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

/** Writes one JSON document on one line to stdout. */
export function printJson(document: unknown): void {
  print(JSON.stringify(document));
}

/** True when colours and moving progress make sense on this stream. */
export function isInteractive(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && process.env["NO_COLOR"] === undefined && process.env["TERM"] !== "dumb";
}

/** Aligns rows in columns for a person; numbers to the right. */
export function table(header: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  const cells = [header, ...rows].map((row) => row.map((cell) => (cell === null ? "" : String(cell))));
  const widths = header.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
  const numeric = header.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === "number"));
  return cells
    .map((row) =>
      row
        .map((cell, column) =>
          numeric[column] === true ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** The exit code and the words for whatever a command threw. */
export function explainError(error: unknown): { readonly exitCode: number; readonly message: string } {
  if (error instanceof ConfigError) return { exitCode: exit.usage, message: error.message };
  if (error instanceof CommandError) return { exitCode: error.exitCode, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  return { exitCode: exit.failed, message };
}
