/** `@landline/core`: facts in, decisions out. No clock, no chance, no I/O, no dependencies. */
export * from "./backoff.ts";
export * from "./classify.ts";
export * from "./deadline.ts";
export * from "./decide.ts";
export * from "./duration.ts";
export * from "./failure.ts";
export * from "./landline-error.ts";
export * from "./lifecycle.ts";
export * from "./observation.ts";
export * from "./outcome.ts";
export * from "./policy.ts";
export * from "./provider.ts";
export * from "./reconcile.ts";
export * from "./wait.ts";
