/** The configuration of `landline`, as files write it and as the program reads it. */
export { ConfigError, defineConfig, loadConfig, checkConfig } from "./load.ts";
export type { ConfigFile } from "./schema.ts";
export type * from "./types.ts";
