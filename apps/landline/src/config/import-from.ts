/**
 * Imports a configuration module wherever it lies: `landline` and its packages mean the ones that are running, also for a
 * file in a directory that has no `node_modules` of its own.
 */
import { registerHooks } from "node:module";

const ours = /^(landline|@landline\/[^/]+)(\/|$)/;

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
  });
  try {
    return await import(url);
  } finally {
    hooks.deregister();
  }
}
