/** Commands to paste into a terminal. Keys are named, never shown; every value is quoted for a POSIX shell. */
import type { Operation } from "./api/types.ts";

/** Quotes one word. */
export function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** Looks this operation up in Landline. */
export function lookUpCommand(origin: string, id: string): string {
  return `curl -sS ${quote(`${origin}/v1/operations/${id}`)} \\\n  -H "Authorization: Bearer $LANDLINE_KEY"`;
}

/** Asks Landline for the same once more: a new operation with a key of its own. Sends when it is run. */
export function askAgainCommand(origin: string, operation: Operation): string {
  const { account, operation: name, input, reference } = operation;
  const body = { account, operation: name, input, ...(reference === null ? {} : { reference }) };
  return [
    `curl -sS -X POST ${quote(`${origin}/v1/operations`)}`,
    '-H "Authorization: Bearer $LANDLINE_KEY"',
    "-H 'Content-Type: application/json'",
    '-H "Idempotency-Key: $(uuidgen)"',
    `--data ${quote(JSON.stringify(body))}`,
  ].join(" \\\n  ");
}
