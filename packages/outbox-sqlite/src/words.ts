/** Words of this store alone, for partial indexes and ranges; those that all stores share are in `@landline/outbox/storing`. */

/** Neither waiting nor accepted nor delivered: what few operations are for long. Stands exactly so in the partial index. */
export const rare = "state <> 0 AND state <> 2 AND state <> 4 AND state <> 5";

/** The highest number of an unfinished state. */
export const unfinishedMax = 3;
