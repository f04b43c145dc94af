/**
 * Judges one reading against the table. Answers with sentences, one for each fault, so that a red test says what to do.
 */
import path from "node:path";
import { isTest, layers } from "./layers.ts";
import type { Ambient, Reach } from "./layers.ts";
import type { Import, Reading } from "./read.ts";

/** One file of one package. */
export interface SourceFile {
  /** Folder name of the package, the key into the table. */
  readonly owner: string;
  /** Path below `src`, with forward slashes. */
  readonly file: string;
  readonly reading: Reading;
}

const ambients: Readonly<Record<Ambient, RegExp>> = {
  // `new Date(x)`, Date.UTC and Date.parse compute; only the rest of Date asks what time it is.
  clock: /^(Date|Date\.(?!UTC$|parse$|prototype$).+|performance(\..+)?|Temporal\.Now)$/,
  chance: /^(Math\.random)$/,
  timers:
    /^(set(Timeout|Interval|Immediate)|clear(Timeout|Interval|Immediate)|queueMicrotask|AbortSignal\.timeout|scheduler(\..+)?)$/,
  crypto: /^crypto(\..+)?$/,
  console: /^console(\..+)?$/,
  process: /^process(\..+)?$/,
  network: /^(fetch|WebSocket|EventSource|XMLHttpRequest|navigator(\..+)?)$/,
  runtime:
    /^(globalThis|global|window|self|document|localStorage|Buffer|Deno|Bun|require|__dirname|__filename)(\..+)?$/,
};

/**
 * Everything `source` does that its row does not allow.
 * @returns sentences; none when all is well.
 */
export function faultsOf(source: SourceFile): readonly string[] {
  const layer = layers[source.owner];
  if (layer === undefined) return [`${source.owner} has no row in test/architecture/layers.ts`];
  const door = layer.doors?.files.test(source.file) === true ? layer.doors.reach : {};
  const test = isTest(source.file);
  const here = `${source.owner}/src/${source.file}`;
  const faults = source.reading.imports
    .map((each) => faultOfImport(source, each, door, test))
    .filter((fault) => fault !== null);
  if (!test)
    for (const [kind, pattern] of Object.entries(ambients) as [Ambient, RegExp][]) {
      if (allows(layer.ambient, kind) || allows(door.ambient, kind)) continue;
      const used = [...source.reading.globals].filter((name) => pattern.test(name));
      if (used.length > 0) faults.push(`uses ${used.join(", ")} (${kind}): take it as an argument or a port`);
    }
  return faults.map((fault) => `${here} ${fault}`);
}

function faultOfImport(source: SourceFile, each: Import, door: Reach, test: boolean): string | null {
  const layer = layers[source.owner];
  if (layer === undefined) return null;
  const { specifier, typeOnly } = each;
  if (specifier.startsWith(".")) return faultOfRelative(source, specifier, test);
  if (specifier.startsWith("node:")) {
    const free = test || typeOnly || allows(layer.node, specifier) || allows(door.node, specifier);
    return free ? null : `imports ${specifier}: this package may not`;
  }
  const own = /^@landline\/([^/]+)(\/.*)?$/.exec(specifier);
  if (own === null) {
    const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
    const free = test || allows(layer.libraries, name) || allows(door.libraries, name);
    return free || (typeOnly && allows(layer.libraryTypes, name)) ? null : `imports the library ${name}`;
  }
  const target = own[1] ?? "";
  if (/^\/(src|dist)\b/.test(own[2] ?? "")) return `imports ${specifier}: use what the package exports`;
  if (target === source.owner) return test ? null : `imports its own package by name (${specifier})`;
  if (allows(layer.packages, target) || (typeOnly && allows(layer.typesOf, target))) return null;
  return allows(layer.typesOf, target)
    ? `imports ${specifier}: only its types are allowed`
    : `imports ${specifier}: no arrow from ${source.owner} to ${target} in the table`;
}

function faultOfRelative(source: SourceFile, specifier: string, test: boolean): string | null {
  const target = path.posix.join(path.posix.dirname(source.file), specifier);
  if (target.startsWith("..") && !test) return `imports ${specifier}: outside its own src`;
  if (/^(\.\.\/)+(packages|apps|[^/]+\/src)\//.test(target)) return `imports ${specifier}: the src of another package`;
  const folder = path.posix.dirname(target);
  const inside = folder === "." || source.file.startsWith(`${folder}/`);
  if (!test && /^index\.tsx?$/.test(path.posix.basename(target)) && inside)
    return `imports ${specifier}: an index is for those outside`;
  return null;
}

function allows<T>(list: readonly T[] | "any" | undefined, wanted: T): boolean {
  return list === "any" || list?.includes(wanted) === true;
}

/**
 * The cycles among the files of one package, each as the path that returns to its start.
 * Imports of types count: two files that need each other's words are one thought in two rooms.
 */
export function cyclesIn(files: readonly SourceFile[]): readonly string[] {
  const arrows = new Map(
    files.map(({ file, reading }) => [
      file,
      reading.imports
        .filter(({ specifier }) => specifier.startsWith("."))
        .map(({ specifier }) => path.posix.join(path.posix.dirname(file), specifier)),
    ]),
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const walk = (file: string, trail: readonly string[]): void => {
    const start = trail.indexOf(file);
    if (start >= 0) cycles.push([...trail.slice(start), file].join(" -> "));
    if (start >= 0 || done.has(file)) return;
    for (const next of arrows.get(file) ?? []) walk(next, [...trail, file]);
    done.add(file);
  };
  for (const file of arrows.keys()) walk(file, []);
  return cycles;
}
