/**
 * Who may import whom, and who may touch the world: the table of the architecture, as data.
 * Whoever wants a new arrow between packages changes this file, in a commit that says why.
 */

/** One thing that code can reach without importing it. */
export type Ambient = "clock" | "chance" | "timers" | "crypto" | "console" | "process" | "network" | "runtime";

/** What one file, or all files of a package, may reach for. `"any"` lifts the limit. */
export interface Reach {
  /** Module names from a registry, by package name. */
  readonly libraries?: readonly string[] | "any";
  /** Modules of Node, with their `node:` prefix. */
  readonly node?: readonly string[] | "any";
  readonly ambient?: readonly Ambient[] | "any";
}

/** One row of the table. */
export interface Layer extends Reach {
  /** Folder names of the packages that may be imported. */
  readonly packages: readonly string[] | "any";
  /** Packages of which only types may be imported; they are erased and leave no arrow at run time. */
  readonly typesOf?: readonly string[];
  /** Registry modules of which only types may be imported. */
  readonly libraryTypes?: readonly string[];
  /** The files (path below `src`) that may reach further than the rest of their package. */
  readonly doors?: { readonly files: RegExp; readonly reach: Reach };
}

const belowRoots = [
  "core",
  "providers",
  "host",
  "client",
  "outbox",
  "outbox-sqlite",
  "outbox-postgres",
  "gateway",
  "sandbox",
  "simulator",
] as const;

/** Rows by folder name; `landline` is the application. */
export const layers: Readonly<Record<string, Layer>> = {
  core: { packages: [] },
  providers: { packages: ["core"], libraries: ["libphonenumber-js"] },
  host: {
    packages: [],
    typesOf: ["core"],
    node: ["node:buffer", "node:crypto"],
    ambient: ["clock", "chance", "timers", "crypto", "console"],
  },
  client: {
    packages: ["core", "providers", "host"],
    // Which transport a runtime gets is decided by its export conditions, not by code.
    libraries: ["#transport", "@opentelemetry/api"],
    libraryTypes: ["undici", "twilio"],
    // AsyncLocalStorage, and a way to the SDK's own exceptions; only the SDK drop-in needs them, and runs where it runs.
    node: ["node:async_hooks", "node:module"],
    // The proxy variables and the authorities that Node trusts already belong to opening a connection.
    doors: {
      files: /(^|\/)transport[^/]*\.ts$/,
      reach: { libraries: ["undici"], node: ["node:tls"], ambient: ["network", "process"] },
    },
  },
  outbox: { packages: ["core", "providers", "host"] },
  "outbox-sqlite": {
    packages: ["core", "outbox"],
    // The mark beside the database is a file of its own.
    doors: { files: /^(open|mark-file)\.ts$/, reach: { node: "any", ambient: "any" } },
  },
  "outbox-postgres": {
    packages: ["core", "outbox"],
    libraryTypes: ["pg"],
    doors: { files: /^open\.ts$/, reach: { libraries: ["pg"], node: "any", ambient: "any" } },
  },
  gateway: {
    packages: ["core", "providers", "host", "outbox"],
    libraries: ["hono", "zod", "@hono/zod-openapi"],
  },
  // Runs in the browser, but for the one module that tells a server where the built files lie.
  console: {
    packages: [],
    typesOf: ["gateway"],
    libraries: "any",
    ambient: "any",
    doors: { files: /^assets\.ts$/, reach: { node: ["node:url"] } },
  },
  sandbox: {
    packages: ["core", "providers", "host"],
    libraries: ["hono", "@hono/node-server"],
    node: "any",
    ambient: ["timers", "crypto", "process", "network", "runtime"],
  },
  simulator: {
    packages: belowRoots,
    // The command line of `npm run simulate`; the simulated world itself touches nothing.
    doors: {
      files: /^main\.ts$/,
      reach: { node: ["node:fs", "node:util"], ambient: ["console", "process", "timers", "clock"] },
    },
  },
  integrations: { packages: belowRoots, libraries: "any", node: "any", ambient: "any" },
  // The root wires the world together: its commands print, its processes end, its alerts leave.
  landline: { packages: "any", libraries: "any", node: "any", ambient: "any" },
};

/** Files that check other files: free to touch the world, bound by the layers. */
export const isTest = (file: string): boolean =>
  /\.test\.tsx?$/.test(file) || /(^|\/)(testing|conformance|test)\//.test(file);
