/**
 * Writes the pages that are made from code. `npm run docs` after a change of a table; a test compares them.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { cliPages } from "./cli-page.ts";
import { errorPages } from "./error-pages.ts";
import { httpApiPages } from "./http-api-page.ts";

const root = path.resolve(import.meta.dirname, "..");

for (const page of [...errorPages(), ...httpApiPages(), ...cliPages()]) {
  const file = path.join(root, page.path);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, page.text);
  process.stdout.write(`${page.path}\n`);
}
