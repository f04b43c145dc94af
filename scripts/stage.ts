/**
 * Lays out what a package publishes: its build, its licence, what it shares with the whole house, and a manifest without
 * the `source` condition.
 * That condition points at TypeScript files which are not published; a reader whose own tools set it must not run into nothing.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");

/** What a name stands for, by condition. */
interface Conditions {
  readonly [condition: string]: Conditions | string;
}

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly files?: readonly string[];
  readonly exports?: Readonly<Record<string, Conditions | string>>;
  readonly imports?: Readonly<Record<string, Conditions | string>>;
  readonly [key: string]: unknown;
}

/** A package laid out for publishing. */
export interface Staged {
  readonly name: string;
  /** Absolute path of the folder that `npm publish` would be given. */
  readonly folder: string;
  /** False where there is nothing to import, only a program or assets. */
  readonly importable: boolean;
}

/**
 * Stages every publishable package that has sources, below `dist/packages`.
 * @throws Error when one of them has not been built.
 */
export function stageAll(): readonly Staged[] {
  const target = path.join(root, "dist", "packages");
  rmSync(target, { recursive: true, force: true });
  const folders = [...readdirSync(path.join(root, "packages")).map((name) => `packages/${name}`), "apps/landline"];
  return folders
    .map((folder) => path.join(root, folder))
    .filter((folder) => existsSync(path.join(folder, "src")))
    .map((folder) => ({ folder, manifest: manifestOf(folder) }))
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ folder, manifest }) => stage(folder, manifest, path.join(target, path.basename(folder))));
}

function stage(folder: string, manifest: Manifest, target: string): Staged {
  mkdirSync(target, { recursive: true });
  for (const name of manifest.files ?? []) {
    const home = [folder, root].find((each) => existsSync(path.join(each, name)));
    if (home === undefined) throw new Error(`${manifest.name}: no ${name}; run npm run build first`);
    cpSync(path.join(home, name), path.join(target, name), {
      recursive: true,
      filter: (file) => path.basename(file) !== ".tsbuildinfo",
    });
  }
  cpSync(path.join(root, "LICENSE"), path.join(target, "LICENSE"));
  const readme = path.join(folder, "README.md");
  if (existsSync(readme)) cpSync(readme, path.join(target, "README.md"));
  const { devDependencies: _tools, scripts: _scripts, ...kept } = manifest;
  const published = {
    ...kept,
    ...(manifest.imports === undefined ? {} : { imports: withoutSource(manifest.imports) }),
    ...(manifest.exports === undefined ? {} : { exports: withoutSource(manifest.exports) }),
  };
  writeFileSync(path.join(target, "package.json"), `${JSON.stringify(published, null, 2)}\n`);
  return {
    name: manifest.name,
    folder: target,
    importable: Object.values(manifest.exports ?? {}).some((each) => typeof each === "object"),
  };
}

function withoutSource(entries: Conditions): Conditions {
  return Object.fromEntries(
    Object.entries(entries)
      .filter(([condition]) => condition !== "source")
      .map(([condition, target]) => [condition, typeof target === "string" ? target : withoutSource(target)]),
  );
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as Manifest;
}
