/**
 * Imports a configuration module wherever it lies: `landline` and its packages mean the ones that are running, also for a
 * file in a directory that has no `node_modules` of its own; and `export default` is understood also in a package that calls
 * itself CommonJS, as the one does that `npm init -y` makes.
 */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

const ours = /^(landline|@landline\/[^/]+)(\/|$)/;

const exported = /^\s*export\s/m;

/** How to read a file that its package calls CommonJS although it exports as a module does; null: as Node would. */
function betterFormat(url: string, format: string | null | undefined): string | null {
  if (!url.startsWith("file:") || url.includes("/node_modules/")) return null;
  if (format !== "commonjs" && format !== "commonjs-typescript") return null;
  const file = fileURLToPath(new URL(url));
  return exported.test(readFileSync(file, "utf8")) ? format.replace("commonjs", "module") : null;
}

/** Imports a module. What it imports of ours and cannot find there is looked for here. */
export async function importFrom(url: string): Promise<unknown> {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        if (!ours.test(specifier)) throw error;
        return next(specifier, { ...context, parentURL: import.meta.url });
      }
    },
    load(target, context, next) {
      const format = betterFormat(target, context.format);
      return next(target, format === null ? context : { ...context, format });
    },
  });
  try {
    return await import(url);
  } finally {
    hooks.deregister();
  }
}
