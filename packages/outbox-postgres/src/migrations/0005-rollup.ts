/**
 * Sums by spans of time (`verbs/rollup.ts`). What happens is appended to `rollup_part` with the change itself, so that
 * no two processes ever wait for one row; from there it is folded into `rollup`. Span 0 is all time. Counting begins
 * with what is there, and `complete from` is when this was applied.
 */
export const rollup = `
CREATE TABLE landline.rollup (
  start bigint NOT NULL, n bigint NOT NULL, kind integer NOT NULL, counter integer NOT NULL, span smallint NOT NULL,
  PRIMARY KEY (span, kind, start, counter)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
CREATE TABLE landline.rollup_part (minute bigint NOT NULL, n bigint NOT NULL, kind integer NOT NULL, counter integer NOT NULL)
  WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 50000);
LOCK TABLE landline.operation IN SHARE MODE;
INSERT INTO landline.rollup (span, kind, start, counter, n)
  SELECT 0, o.kind, 0, l.counter, count(*) FROM landline.operation o
  JOIN (VALUES (0, 100), (1, 100), (2, 100), (3, 101), (7, 102), (6, 103)) AS l(state, counter) ON l.state = o.state GROUP BY o.kind, l.counter;
`;
