/**
 * Reads a list of recipients from CSV. Every bad row is reported with its line; a list with one is not used at all,
 * because half a campaign sent is harder to repair than none.
 */
import { readFile } from "node:fs/promises";
import { parse } from "csv-parse/sync";
import { CommandError, exit } from "../terminal.ts";

/** One row of the list. */
export interface Recipient {
  readonly to: string;
  readonly body: string;
  readonly reference: string;
  readonly class: "critical" | "standard" | "bulk";
}

const columns = ["to", "body", "reference", "class"] as const;
const classes = ["critical", "standard", "bulk"] as const;

/**
 * Reads the list.
 * @throws {CommandError} naming the file and every bad line
 */
export async function readRecipients(file: string): Promise<readonly Recipient[]> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch {
    throw new CommandError(`cannot read ${file}; give a CSV file with the columns ${columns.join(", ")}`, exit.usage);
  }
  return parseRecipients(text, file);
}

/** Parses the text of a list. See {@link readRecipients}. */
export function parseRecipients(text: string, file: string): readonly Recipient[] {
  let rows: readonly string[][];
  try {
    rows = parse(text, { bom: true, skip_empty_lines: true, relax_column_count: true, trim: true });
  } catch (error) {
    throw new CommandError(
      `${file} is not readable as CSV: ${error instanceof Error ? error.message : String(error)}`,
      exit.usage,
    );
  }
  const [header = [], ...body] = rows;
  const missing = columns.filter((column) => !header.includes(column));
  if (missing.length > 0) {
    throw new CommandError(
      `${file} lacks the column${missing.length === 1 ? "" : "s"} ${missing.join(", ")}; its first line must name ${columns.join(", ")}`,
      exit.usage,
    );
  }
  const faults: string[] = [];
  const references = new Map<string, number>();
  const recipients = body.flatMap((cells, index): Recipient[] => {
    const line = index + 2;
    const cell = (column: (typeof columns)[number]): string => cells[header.indexOf(column)] ?? "";
    if (cells.length !== header.length) {
      faults.push(`line ${line} has ${cells.length} cells, not ${header.length}`);
      return [];
    }
    const urgency = classes.find((name) => name === cell("class"));
    if (urgency === undefined)
      faults.push(`line ${line}: class must be one of ${classes.join(", ")}, not "${cell("class")}"`);
    for (const column of ["to", "body", "reference"] as const)
      if (cell(column) === "") faults.push(`line ${line}: ${column} is empty`);
    const earlier = references.get(cell("reference"));
    if (earlier !== undefined)
      faults.push(`line ${line}: reference "${cell("reference")}" is used on line ${earlier} already`);
    references.set(cell("reference"), line);
    return urgency === undefined
      ? []
      : [{ to: cell("to"), body: cell("body"), reference: cell("reference"), class: urgency }];
  });
  if (faults.length > 0)
    throw new CommandError(
      `${file} has ${faults.length} fault${faults.length === 1 ? "" : "s"}, nothing was sent:\n  ${faults.join("\n  ")}`,
      exit.usage,
    );
  return recipients;
}
