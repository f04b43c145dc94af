/**
 * The house keeps its shape: reads the imports and the globals of every source file and holds them against the table.
 * The last group feeds the same code with faults on purpose: a guard that never bit has not been tested.
 */
import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { layers } from "./architecture/layers.ts";
import { read } from "./architecture/read.ts";
import { cyclesIn, faultsOf } from "./architecture/rules.ts";
import type { SourceFile } from "./architecture/rules.ts";

const root = path.resolve(import.meta.dirname, "..");
const folders = [...readdirSync(path.join(root, "packages")).map((name) => `packages/${name}`), "apps/landline"];

const sourcesOf = (folder: string): readonly SourceFile[] =>
  globSync("**/*.{ts,tsx}", { cwd: path.join(root, folder, "src") }).map((name) => {
    const file = name.split(path.sep).join("/");
    return {
      owner: path.basename(folder),
      file,
      reading: read(file, readFileSync(path.join(root, folder, "src", name), "utf8")),
    };
  });

describe.each(folders.filter((folder) => existsSync(path.join(root, folder, "src"))))("%s", (folder) => {
  const sources = sourcesOf(folder);

  test("was seen", () => {
    expect(sources.length).toBeGreaterThan(0);
  });

  test("imports and touches only what its row allows", () => {
    expect(sources.flatMap(faultsOf)).toEqual([]);
  });

  test("has no cycles", () => {
    expect(cyclesIn(sources)).toEqual([]);
  });
});

test("every package has a row", () => {
  expect(folders.map((folder) => path.basename(folder)).filter((name) => layers[name] === undefined)).toEqual([]);
});

describe("the guard bites", () => {
  const judge = (owner: string, file: string, text: string): readonly string[] =>
    faultsOf({ owner, file, reading: read(file, text) });

  test.each([
    ["core", "a.ts", `import { readFileSync } from "node:fs";`],
    ["core", "a.ts", `import { z } from "zod";`],
    ["core", "a.ts", `export const now = () => Date.now();`],
    ["core", "a.ts", `export const now = () => new Date();`],
    ["core", "a.ts", `export const random = Math.random;`],
    ["core", "a.ts", `export const f = () => { setTimeout(() => {}, 1); };`],
    ["core", "a.ts", `export const f = (x = { fetch }) => x;`],
    ["core", "a.ts", `export const f = () => { { const fetch = 1; } return fetch; };`],
    ["core", "a.ts", `export const g = () => globalThis["Date"];`],
    ["core", "deep/a.ts", `export * from "../index.ts";`],
    ["core", "a.ts", `import type { X } from "@landline/outbox";`],
    ["core", "a.test.ts", `import { x } from "@landline/client";`],
    ["providers", "twilio/auth.ts", `import { x } from "./index.ts";`],
    ["providers", "twilio/auth.ts", `import { x } from "@landline/core/src/outcome.ts";`],
    ["providers", "a.ts", `import { x } from "../../core/src/outcome.ts";`],
    ["providers", "a.ts", `const x = await import("undici");`],
    ["host", "a.ts", `import { decide } from "@landline/core";`],
    ["client", "call.ts", `import { Pool } from "undici";`],
    ["client", "call.ts", `import { x } from "@landline/outbox";`],
    ["outbox", "a.ts", `export const f = () => console.log("x");`],
    ["outbox-sqlite", "row.ts", `import { DatabaseSync } from "node:sqlite";`],
    ["gateway", "app.ts", `import { serve } from "@hono/node-server";`],
    ["console", "app.tsx", `import { app } from "@landline/gateway";`],
    ["nobody", "a.ts", ``],
  ])("%s/src/%s: %s", (owner, file, text) => {
    expect(judge(owner, file, text)).toHaveLength(1);
  });

  test.each([
    ["core", "a.ts", `export const at = (ms: number) => new Date(ms).getTime() + Date.UTC(2026) + Date.parse("x");`],
    ["core", "a.ts", `export const f = (fetch: () => void, o: { now: Date }) => { fetch(); return o.now; };`],
    ["core", "a.ts", `export const o = { process: 1, console() {} }; export const p = o.process;`],
    ["core", "a.test.ts", `import fc from "fast-check"; Date.now();`],
    ["providers", "index.ts", `export * from "./twilio/index.ts";`],
    ["host", "a.ts", `import type { Clock } from "@landline/core"; export const now = () => Date.now();`],
    ["client", "transport.ts", `import { Pool } from "undici"; export const f = fetch;`],
    ["outbox-sqlite", "open.ts", `import { DatabaseSync } from "node:sqlite";`],
    ["landline", "wire.ts", `import { x } from "@landline/gateway"; process.exitCode = 1;`],
  ])("and lets pass: %s/src/%s: %s", (owner, file, text) => {
    expect(judge(owner, file, text)).toEqual([]);
  });

  test("a cycle is found, also through types", () => {
    const source = (file: string, text: string): SourceFile => ({ owner: "core", file, reading: read(file, text) });
    expect(
      cyclesIn([
        source("a.ts", `import { b } from "./deep/b.ts";`),
        source("deep/b.ts", `import type { A } from "../a.ts";`),
      ]),
    ).toEqual(["a.ts -> deep/b.ts -> a.ts"]);
  });

  test("a file that does not parse is not passed over", () => {
    expect(() => read("a.ts", "export const = ;")).toThrow("a.ts");
  });
});
