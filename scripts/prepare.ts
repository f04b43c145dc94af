/**
 * Runs after an install: builds the console, so that `npx landline serve` has something to show. An install never fails
 * because of it; without the console everything else works, and the gateway's page says how to build it.
 */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const directory = fileURLToPath(new URL("../packages/console/", import.meta.url));

/** Builds; the reason when it did not work, else null. */
function buildConsole(): string | null {
  try {
    const vite = path.join(path.dirname(createRequire(import.meta.url).resolve("vite/package.json")), "bin/vite.js");
    const { status, stderr, error } = spawnSync(process.execPath, [vite, "build", "--logLevel", "error"], {
      cwd: directory,
      encoding: "utf8",
      timeout: 60_000,
      // Whatever the shell says: React for development is half as much again.
      env: { ...process.env, NODE_ENV: "production" },
    });
    if (status === 0) return null;
    return error?.message ?? stderr.trim().split("\n")[0] ?? "unknown";
  } catch (error) {
    return error instanceof Error ? (error.message.split("\n")[0] ?? "unknown") : String(error);
  }
}

const problem = buildConsole();
if (problem !== null)
  process.stderr.write(`the console was not built (${problem}); try: npm run build -w packages/console\n`);
