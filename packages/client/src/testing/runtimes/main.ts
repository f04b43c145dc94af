/**
 * `npm run test:runtimes [-- NAME…]`: the client's behaviours on every runtime it is made for, each in the exact version
 * named here, installed from npm into a temporary directory. On the Nodes the unit tests of what the client is made of run
 * as well. Prints a table; exit code 1 when something is not as promised.
 */
import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import chromium from "@sparticuz/chromium";
import { chromium as playwright } from "playwright-core";
import { build } from "vite";
import type { Told } from "./behaviours.ts";
import { notInChromium } from "./behaviours.ts";
import { startControl } from "./control.ts";

interface Runtime {
  readonly name: string;
  /** What of npm is installed. */
  readonly needs: string | null;
  run(control: string, binary: string): Promise<readonly Told[]>;
}

const here = import.meta.dirname;
const root = path.resolve(here, "../../../../..");
const source = ["--conditions=source"];

const runtimes: readonly Runtime[] = [
  { name: "Node 22.23.3", needs: "node@22.23.3", run: onNode },
  { name: "Node 24.21.0", needs: null, run: onNode },
  { name: "Node 26.9.0", needs: "node@26.9.0", run: onNode },
  { name: "Bun 1.4.5", needs: "bun@1.4.5", run: (control, bun) => inProcess(bun, ["run", ...source], control) },
  {
    name: "Deno 2.9.6",
    needs: "deno@2.9.6",
    run: (control, deno) => inProcess(deno, ["run", "-A", ...source], control),
  },
  { name: "Chromium", needs: null, run: inBrowser },
];

async function onNode(control: string, node: string): Promise<readonly Told[]> {
  const told = await inProcess(node, [...source, "--disable-warning=ExperimentalWarning"], control);
  const suites = ["packages/client/src", "packages/core/src", "packages/providers/src"];
  const vitest = path.join(root, "node_modules/vitest/vitest.mjs");
  const { status, stdout } = spawnSync(node, [vitest, "run", "--reporter=dot", ...suites], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env["PATH"] ?? ""}` },
  });
  return [...told, { name: "unit tests", fault: status === 0 ? null : stdout.slice(-4_000) }];
}

async function inProcess(binary: string, flags: readonly string[], control: string): Promise<readonly Told[]> {
  const { stdout } = await promisify(execFile)(binary, [...flags, path.join(here, "entry.ts"), control], { cwd: root });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "[]") as readonly Told[];
}

async function inBrowser(control: string): Promise<readonly Told[]> {
  const built = await build({
    root: here,
    logLevel: "error",
    resolve: { conditions: ["source", "browser", "module", "import", "default"] },
    build: { write: false, lib: { entry: path.join(here, "browser.ts"), formats: ["iife"], name: "behaviours" } },
  });
  const [bundle] = Array.isArray(built) ? built : [built];
  if (bundle === undefined || !("output" in bundle)) throw new Error("nothing was built");
  // The provider is another origin than the page; who may ask whom is not what is tested here.
  const args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-web-security"];
  const executablePath = await chromium.executablePath();
  const browser = await playwright.launch({ executablePath, headless: true, args });
  try {
    const page = await browser.newPage();
    await page.goto(control);
    await page.addScriptTag({ content: bundle.output[0].code });
    const told = (await page.evaluate(`behaviours.run(${JSON.stringify(control)})`)) as readonly Told[];
    console.log(`Chromium is ${browser.version()}; not asked of it: ${notInChromium.join("; ")}`);
    return told.filter(({ name }) => !notInChromium.includes(name));
  } finally {
    await browser.close();
  }
}

/** Installs a runtime; its program. */
function installed(needs: string, into: string): string {
  const directory = path.join(into, needs);
  mkdirSync(directory);
  writeFileSync(path.join(directory, "package.json"), '{"private":true}');
  const { status, stderr } = spawnSync("npm", ["install", "--no-audit", "--no-fund", needs], {
    cwd: directory,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${needs} cannot be had: ${stderr.slice(-500)}`);
  return path.join(directory, "node_modules/.bin", needs.split("@", 1)[0] ?? "");
}

const wanted = process.argv.slice(2).map((name) => name.toLowerCase());
const temporary = mkdtempSync(path.join(tmpdir(), "landline-runtimes-"));
const control = await startControl();
try {
  for (const { name, needs, run } of runtimes) {
    if (wanted.length > 0 && !wanted.some((each) => name.toLowerCase().startsWith(each))) continue;
    const told = await run(control.url, needs === null ? process.execPath : installed(needs, temporary)).catch(
      (error: unknown): readonly Told[] => [{ name: "runs at all", fault: String(error) }],
    );
    const faults = told.filter(({ fault }) => fault !== null);
    console.log(`${name}: ${told.length - faults.length} of ${told.length} as promised`);
    for (const { name: behaviour, fault } of faults) console.log(`  ${behaviour}: ${fault}`);
    if (faults.length > 0) process.exitCode = 1;
  }
} finally {
  await control.close();
  rmSync(temporary, { recursive: true, force: true });
}
