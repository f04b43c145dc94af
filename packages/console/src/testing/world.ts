/** What the tests in a browser share: one system, one browser, and the console as it is now. */
import { spawnSync } from "node:child_process";
import { readFile, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { consoleDirectory } from "../assets.ts";
import { startBackend } from "./backend.ts";
import type { Backend } from "./backend.ts";
import { startBrowser } from "./browser.ts";

/** See the module comment. */
export interface World {
  readonly backend: Backend;
  readonly browser: Browser;
  close(): Promise<void>;
}

/** Builds the console from its sources. @throws when it cannot be built */
export function buildConsole(): void {
  const vite = path.join(path.dirname(createRequire(import.meta.url).resolve("vite/package.json")), "bin/vite.js");
  const built = spawnSync(process.execPath, [vite, "build", "--logLevel", "error"], {
    cwd: fileURLToPath(new URL("../../", import.meta.url)),
    encoding: "utf8",
    // A test runner says "test", which would bundle React for development: half as much again, and not what is shipped.
    env: { ...process.env, NODE_ENV: "production" },
  });
  if (built.status !== 0) throw new Error(`the console cannot be built: ${built.stderr}`);
}

/** Starts everything. */
export async function startWorld(): Promise<World> {
  const [backend, browser] = await Promise.all([startBackend(), startBrowser()]);
  return {
    backend,
    browser,
    close: async () => {
      await browser.close();
      await backend.close();
    },
  };
}

/** Gzipped bytes of scripts. */
export interface ScriptBytes {
  /** Until somebody can sign in: the entry and everything it imports at once. */
  readonly door: number;
  /** Until each page is shown when it is the first: the door's and the page's own, by the page's file. */
  readonly pages: ReadonlyMap<string, number>;
}

/** Weighs what a browser has to fetch before it can show something. */
export async function scriptBytes(): Promise<ScriptBytes> {
  const directory = consoleDirectory();
  const manifest = JSON.parse(await readFile(path.join(directory, ".vite/manifest.json"), "utf8")) as Record<
    string,
    { readonly file: string; readonly isEntry?: boolean; readonly imports?: readonly string[] }
  >;
  const reach = (name: string, wanted: Set<string>): Set<string> => {
    const chunk = manifest[name];
    if (chunk === undefined || wanted.has(chunk.file)) return wanted;
    wanted.add(chunk.file);
    for (const each of chunk.imports ?? []) reach(each, wanted);
    return wanted;
  };
  const weigh = async (files: Iterable<string>): Promise<number> => {
    const sizes = await Promise.all(
      [...files].map(async (file) => gzipSync(await readFile(path.join(directory, file))).length),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  };
  const entry = Object.entries(manifest).find(([, { isEntry }]) => isEntry === true)?.[0] ?? "";
  const pages = Object.keys(manifest).filter((name) => name.startsWith("src/pages/"));
  return {
    door: await weigh(reach(entry, new Set())),
    pages: new Map(
      await Promise.all(
        pages.map(async (page): Promise<[string, number]> => [page, await weigh(reach(page, reach(entry, new Set())))]),
      ),
    ),
  };
}

/** Every built file as text, by name. */
export async function builtFiles(): Promise<ReadonlyMap<string, string>> {
  const directory = consoleDirectory();
  const names = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  return new Map(
    await Promise.all(
      files.map(async (entry): Promise<[string, string]> => {
        const file = path.join(entry.parentPath, entry.name);
        return [path.relative(directory, file), await readFile(file, "latin1")];
      }),
    ),
  );
}
