/** Everybody who competes. */
import { graphileWorker } from "./graphile-worker.ts";
import { landline } from "./landline.ts";
import { pgBoss } from "./pg-boss.ts";
import { retryLoop } from "./retry-loop.ts";
import type { Rival } from "./rival.ts";

/** In the order of the table. */
export const rivals: readonly Rival[] = [landline, retryLoop, pgBoss, graphileWorker];
