/** Writes one section of `RESULTS.md`, leaving the others as they are, and says on what machine it was measured. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

const file = path.join(import.meta.dirname, "RESULTS.md");
const head =
  "# Results\n\nWritten by `npm run bench`. Every ratio is measured side by side in one run; absolute figures only rank things on the machine named.\n";

/** Replaces the section `## title`, or appends it. */
export function writeSection(title: string, body: string): void {
  const text = existsSync(file) ? readFileSync(file, "utf8") : head;
  const sections = text.split(/\n(?=## )/);
  const fresh = `## ${title}\n\n${body.trim()}\n`;
  const at = sections.findIndex((section) => section.startsWith(`## ${title}\n`));
  const all = at < 0 ? [...sections, fresh] : sections.with(at, fresh);
  writeFileSync(file, `${all.map((section) => section.trimEnd()).join("\n\n")}\n`);
}

/** The machine, in one line. */
export function machine(): string {
  const [cpu] = os.cpus();
  return `${os.cpus().length} × ${cpu?.model ?? "unknown processor"}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.release()}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`;
}

/** The command of a group with the settings it was run with, so that a table can be made again. */
export function commandOf(group: string): string {
  const given = ["BENCH_ROUNDS", "BENCH_FULL"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [`${name}=${value} `];
  });
  return `${given.join("")}npm run bench -- ${group}`;
}

/** How busy the machine was, in one sentence. */
export function busyness(): string {
  const averages = os.loadavg().map((each) => each.toFixed(1));
  return `Load average at the end: ${averages.join(", ")} on ${os.cpus().length} processors.`;
}

/** The middle value; of an even number the lower one of the two. */
export function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}

/** Rows as a Markdown table. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
}
