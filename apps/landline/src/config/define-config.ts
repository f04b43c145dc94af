/**
 * The typed way to write a configuration. Apart from the reading, so that a configuration file loads nothing.
 */
import type { ConfigFile } from "./schema.ts";

/** Types a configuration written in TypeScript; returns it unchanged. */
export function defineConfig(config: ConfigFile): ConfigFile {
  return config;
}
