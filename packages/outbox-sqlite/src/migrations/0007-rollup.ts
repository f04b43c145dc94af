/**
 * Sums by spans of time (`rollups.ts`). `counts` is JSON, counter → sum; span 0 is all time. `folded` is the last minute
 * whose sums are in the wider spans too.
 */
export const rollup = `
CREATE TABLE rollup (span INTEGER NOT NULL, kind INTEGER NOT NULL, start INTEGER NOT NULL, counts TEXT NOT NULL, PRIMARY KEY (span, kind, start)) STRICT, WITHOUT ROWID;
CREATE TABLE rollup_mark (id INTEGER PRIMARY KEY CHECK (id = 1), since INTEGER NOT NULL, folded INTEGER NOT NULL) STRICT;
`;
