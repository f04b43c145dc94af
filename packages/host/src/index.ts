/** `@landline/host`: the ambient world behind small functions. Needs `node:crypto`; `./ambient` does not. */
export * from "./ambient.ts";
export * from "./create-host.ts";
export * from "./hashing.ts";
export * from "./log-line.ts";
export * from "./sealing.ts";
export * from "./token.ts";
