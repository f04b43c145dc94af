/**
 * `@landline/outbox/storing`: what every store writes and decides alike, whatever keeps its rows.
 *
 * A rule that two stores must agree on stands here once; how rows are found and changed is each store's own.
 */
export { classCodeOf, classOf, codeOf, codes, legalFor, stateNames, stateOf, unfinished, waiting } from "./words.ts";
export { effectOf, reasonOf } from "./command-effects.ts";
export { automatic, historyOf } from "./told-history.ts";
export { eventsOfReceipt } from "./receipt-events.ts";
export { tooLate } from "./too-late.ts";
export { trendFrom, trendOf } from "./trend.ts";
export { ageCounter, count, isLevel, levelCounter, levelOf, levelRange, meaningOf } from "./counters.ts";
export type { Add, Counted, Level, Meaning } from "./counters.ts";
export { latencyBucket, latencyOf } from "./latency.ts";
export { leaseLeap } from "./leap.ts";
