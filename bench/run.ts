/**
 * `npm run bench -- GROUP…`: runs the groups named (all without a name) and writes their sections of `RESULTS.md`.
 * Each group is a folder with a `main.ts`; `--quick` means fewer and shorter rounds, and writes nothing.
 */
import { readdirSync, existsSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

/** What a group's `main.ts` exports. */
export interface Group {
  run(options: { readonly quick: boolean }): Promise<void>;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean", default: false } },
});
const mainOf = (name: string): string => path.join(import.meta.dirname, name, "main.ts");
const known = readdirSync(import.meta.dirname).filter((name) => existsSync(mainOf(name)));
const wanted = positionals.length === 0 ? known : positionals;
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`No benchmark called ${unknown.join(", ")}; there are ${known.join(", ")}.`);
  process.exitCode = 2;
} else {
  for (const name of wanted) {
    const group = (await import(pathToFileURL(mainOf(name)).href)) as Group;
    await group.run({ quick: values.quick });
  }
}
