/** The configuration of `landline`, as files write it and as the program reads it. */
export { ConfigError } from "./config-error.ts";
export { loadConfig, checkConfig } from "./load.ts";
export type * from "./types.ts";
