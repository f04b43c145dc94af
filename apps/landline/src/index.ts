/** `landline`: what a configuration in TypeScript imports. */
export { ConfigError } from "./config/config-error.ts";
export { defineConfig } from "./config/define-config.ts";
export type { ConfigFile } from "./config/schema.ts";
