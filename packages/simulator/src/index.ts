/** `@landline/simulator`: providers, networks and clients in virtual time, from a seed. */
export * from "./clock.ts";
export * from "./drain.ts";
export * from "./fairness.ts";
export * from "./limits.ts";
export * from "./outage.ts";
export * from "./plot.ts";
export * from "./policies/callers.ts";
export * from "./policies/landline.ts";
export * from "./policies/others.ts";
export * from "./policies/policy.ts";
export * from "./provider.ts";
export * from "./random.ts";
export * from "./report.ts";
export * from "./scenarios.ts";
export * from "./workers.ts";
export * from "./world.ts";
