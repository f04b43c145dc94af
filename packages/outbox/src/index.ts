/** `@landline/outbox`: the durable flow. Everything it needs from the world comes through the ports. */
export * from "./api.ts";
export * from "./ports/index.ts";
export type { AccountOptions, Accounts, SenderMaker } from "./account-options.ts";
export { SealingTrouble, openSealed, refuseSealed } from "./sealing/open-sealed.ts";
export type { SealingOptions } from "./sealing/open-sealed.ts";
export type { Figures, Quantiles } from "./overview/figures.ts";
export { createOutbox } from "./outbox.ts";
export type { OutboxOptions } from "./outbox.ts";
export { leaseMarginMsMax } from "./lease.ts";
export { defaultMaintenance } from "./maintenance/maintenance.ts";
export type { MaintenanceOptions } from "./maintenance/maintenance.ts";
export { laneName } from "./lanes.ts";
