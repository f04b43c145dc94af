/**
 * Holds the rows against the invariants of the semantics that a store can judge alone. Each check is one query that
 * finds offenders, and a sentence for a person. Reads everything, in one snapshot; not for the hot path.
 *
 * Not judged here: what only the provider's ledger shows (I4, I5, I13, I14), what only a running system shows (I20,
 * I21, I22), and texts in logs (I24).
 */
import type { InvariantBreak } from "@landline/outbox";
import { levelCounter, stateNames, unfinished, waiting } from "@landline/outbox/storing";
import type { Queryable } from "../database.ts";
import { integer, text } from "../row.ts";

/** One invariant: a query giving `row, detail` of offenders, and what it means. */
interface Check {
  readonly invariant: string;
  readonly sql: string;
  readonly says: (detail: string) => string;
}

/** Offenders named for each check at most. */
const offendersMax = 100;

/** Reading everything is what the planner is to be told, whatever our sessions are set to. */
const plans =
  "SELECT set_config('enable_seqscan', 'on', true), set_config('enable_hashjoin', 'on', true), set_config('enable_mergejoin', 'on', true), set_config('statement_timeout', '0', true)";

const open = "(o.state = 1)";

const checks: readonly Check[] = [
  {
    invariant: "I1",
    sql: `SELECT coalesce(o.seq, r.seq), CASE WHEN o.seq IS NULL THEN 'request without an operation' ELSE 'operation without its request' END
      FROM landline.operation o FULL JOIN landline.request r ON r.seq = o.seq WHERE o.seq IS NULL OR r.seq IS NULL`,
    says: (detail) => `an accepted operation is incomplete: ${detail}`,
  },
  {
    invariant: "I2",
    sql: `SELECT seq, 'state ' || state || ', open attempt ' || coalesce(attempt_at::text, 'none') || ', reason ' || coalesce(reason, 'none')
      FROM landline.operation o WHERE state NOT BETWEEN 0 AND ${stateNames.length - 1} OR (state = 1 AND attempt_at IS NULL) OR (state = 7) <> (reason IS NOT NULL)
        OR lane NOT IN (SELECT id FROM landline.lane) OR kind NOT IN (SELECT id FROM landline.kind)`,
    says: (detail) => `it is not in exactly one state: ${detail}`,
  },
  {
    invariant: "I3",
    sql: `SELECT seq, CASE WHEN due IS NULL THEN 'nothing is planned for it' ELSE 'it waits its turn, and it is its turn' END FROM landline.operation o
      WHERE (state IN (0, 2, 3) AND due IS NULL) OR (${waiting} AND gate = 1 AND NOT EXISTS (SELECT 1 FROM landline.operation e
        WHERE e.turn = o.turn AND e.turn IS NOT NULL AND e.${unfinished} AND e.seq < o.seq))`,
    says: (detail) => `it is unfinished and nobody will ever reach it: ${detail}`,
  },
  {
    invariant: "I6",
    sql: `SELECT a.seq, 'attempt ' || a.number || ' of nothing' FROM landline.attempt a LEFT JOIN landline.operation o ON o.seq = a.seq WHERE o.seq IS NULL`,
    says: (detail) => `a start has no outcome: ${detail}`,
  },
  {
    invariant: "I7",
    sql: `SELECT o.seq, o.attempts || ' counted, ' || (coalesce(a.n, 0) + ${open}::integer) || ' in the journal, numbers up to ' || coalesce(a.top, 0)
      FROM landline.operation o LEFT JOIN (SELECT seq, count(*) AS n, max(number) AS top, min(number) AS least FROM landline.attempt GROUP BY seq) a ON a.seq = o.seq
      WHERE o.attempts <> coalesce(a.n, 0) + ${open}::integer OR coalesce(a.top, 0) <> coalesce(a.n, 0) OR coalesce(a.least, 1) <> 1`,
    says: (detail) => `starts and journal differ: ${detail}`,
  },
  {
    invariant: "I8",
    sql: `SELECT o.seq, 'attempt ' || a.number || ' has lease ' || a.lease || ', the operation ' || o.lease
      FROM landline.attempt a JOIN landline.operation o ON o.seq = a.seq WHERE a.lease > o.lease
      UNION ALL SELECT seq, 'open attempt has lease ' || attempt_lease || ', the operation ' || lease FROM landline.operation WHERE attempt_lease > lease`,
    says: (detail) => `a lease was written that was never current: ${detail}`,
  },
  {
    invariant: "I9",
    sql: `SELECT a.seq, 'attempt ' || b.number || ' has lease ' || b.lease || ' after ' || a.lease
      FROM landline.attempt a JOIN landline.attempt b ON b.seq = a.seq AND b.number = a.number + 1 WHERE b.lease <= a.lease
      UNION ALL SELECT o.seq, 'open attempt has lease ' || o.attempt_lease || ' after ' || a.lease
      FROM landline.operation o JOIN landline.attempt a ON a.seq = o.seq WHERE ${open} AND o.attempt_lease <= a.lease`,
    says: (detail) => `lease numbers do not grow: ${detail}`,
  },
  {
    invariant: "I10",
    sql: `SELECT o.seq, 'attempt ' || a.number || ' started ' || (a.started_at - o.deadline) || ' ms late' FROM landline.attempt a JOIN landline.operation o ON o.seq = a.seq
      WHERE a.started_at > o.deadline
      UNION ALL SELECT seq, 'attempt ' || attempts || ' started ' || (attempt_at - deadline) || ' ms late' FROM landline.operation WHERE state = 1 AND attempt_at > deadline`,
    says: (detail) => `it was started after its deadline: ${detail}`,
  },
  {
    invariant: "I11",
    sql: `SELECT a.seq, 'attempt ' || b.number || ' started at version ' || b.started_version || ', attempt ' || a.number || ' ended at ' || a.ended_version
      FROM landline.attempt a JOIN landline.attempt b ON b.seq = a.seq AND b.number = a.number + 1
      WHERE b.started_version <= a.ended_version
      UNION ALL SELECT seq, 'attempt ' || number || ' ended before it started' FROM landline.attempt WHERE started_version >= ended_version
      UNION ALL SELECT o.seq, 'open attempt started at version ' || o.attempt_version FROM landline.operation o JOIN landline.attempt a ON a.seq = o.seq
      WHERE ${open} AND o.attempt_version <= a.ended_version`,
    says: (detail) => `two attempts were under way at once: ${detail}`,
  },
  {
    invariant: "I11",
    sql: `SELECT o.seq, replace(o.turn, chr(10), ' ') FROM landline.operation o WHERE o.turn IS NOT NULL AND o.${unfinished} AND o.gate = 0
      AND EXISTS (SELECT 1 FROM landline.operation e WHERE e.turn = o.turn AND e.turn IS NOT NULL AND e.${unfinished} AND e.seq < o.seq)`,
    says: (detail) => `it may run before an earlier one of its subject: ${detail}`,
  },
  {
    invariant: "I15",
    sql: `SELECT min(seq), 'key ' || key || ' of ' || count(*) || ' operations' FROM landline.request GROUP BY scope, key HAVING count(*) > 1`,
    says: (detail) => `one idempotency key stands for several operations: ${detail}`,
  },
  {
    invariant: "I16",
    sql: `SELECT c.seq, CASE WHEN o.seq IS NULL THEN 'of nothing' ELSE c.status || ' left it ' || o.state END
      FROM landline.receipt c LEFT JOIN landline.operation o ON o.seq = c.seq WHERE c.seq IS NOT NULL
        AND (o.seq IS NULL OR (c.meaning = 'delivered' AND o.state IN (0, 1, 2, 3, 4, 6)) OR (c.meaning = 'undelivered' AND o.state = 4 AND c.received_at > o.updated_at))`,
    says: (detail) => `a receipt was stored and did not act: ${detail}`,
  },
  {
    invariant: "I17",
    sql: `SELECT NULL::bigint, 'the review queue shows ' || i.n || ' of ' || t.n FROM
      (SELECT count(*) AS n FROM landline.operation WHERE state = 7 AND cause IN (SELECT id FROM landline.cause)) i,
      (SELECT count(*) AS n FROM landline.operation WHERE state = 7) t WHERE i.n <> t.n`,
    says: (detail) => `a counter and a recount differ: ${detail}`,
  },
  {
    invariant: "I17",
    sql: `SELECT NULL::bigint, coalesce(s.n, 0) || ' of ' || k.account || ' ' || k.operation || ' are said to be ' || l.name || ', ' || coalesce(t.n, 0) || ' are'
      FROM landline.kind k CROSS JOIN (VALUES (${levelCounter("active")}, 'active'), (${levelCounter("reconciling")}, 'reconciling'), (${levelCounter("parked")}, 'parked'),
        (${levelCounter("undelivered")}, 'undelivered')) AS l(counter, name)
      LEFT JOIN (SELECT kind, counter, sum(n) AS n FROM (SELECT kind, counter, n FROM landline.rollup WHERE span = 0
        UNION ALL SELECT kind, counter, n FROM landline.rollup_part) b GROUP BY 1, 2) s ON s.kind = k.id AND s.counter = l.counter
      LEFT JOIN (SELECT kind, CASE state WHEN 3 THEN ${levelCounter("reconciling")} WHEN 6 THEN ${levelCounter("undelivered")} WHEN 7 THEN ${levelCounter("parked")}
        ELSE ${levelCounter("active")} END AS counter, count(*) AS n FROM landline.operation WHERE state IN (0, 1, 2, 3, 6, 7) GROUP BY 1, 2) t
        ON t.kind = k.id AND t.counter = l.counter
      WHERE coalesce(s.n, 0) <> coalesce(t.n, 0)`,
    says: (detail) => `a counter and a recount differ: ${detail}`,
  },
  {
    invariant: "I18",
    sql: `SELECT seq, event || ' by ' || coalesce(nullif(actor, ''), 'nobody') FROM landline.history
      WHERE event IN ('cancel', 'redrive', 'discard', 'supersede', 'resolve_sent', 'resolve_not_sent')
        AND (actor = '' OR because IS NULL OR because = '' OR before IS NULL OR after IS NULL)`,
    says: (detail) => `a person's act has no actor, reason, before or after: ${detail}`,
  },
  {
    invariant: "I19",
    sql: `SELECT o.seq, 'went in ' || (coalesce(h.gone_in, 0) + coalesce(a.gone_in, 0)) || ' times, came out ' || coalesce(h.come_out, 0) || ' times, state ' || o.state
      FROM landline.operation o
      LEFT JOIN (SELECT seq, count(*) FILTER (WHERE after = 'parked' AND before <> 'parked') AS gone_in,
          count(*) FILTER (WHERE before = 'parked' AND after <> 'parked') AS come_out
        FROM landline.history WHERE before IS NOT NULL GROUP BY seq) h ON h.seq = o.seq
      LEFT JOIN (SELECT a.seq, count(*) AS gone_in FROM landline.attempt a WHERE a.decision = 'park'
        AND NOT EXISTS (SELECT 1 FROM landline.history x WHERE x.seq = a.seq AND x.version = a.ended_version AND x.after = 'parked') GROUP BY a.seq) a ON a.seq = o.seq
      WHERE coalesce(h.gone_in, 0) + coalesce(a.gone_in, 0) - coalesce(h.come_out, 0) <> (o.state = 7)::integer`,
    says: (detail) => `the review queue does not add up: ${detail}`,
  },
  {
    invariant: "I23",
    sql: `SELECT c.seq, 'its parent ' || p.id || ' is ' || CASE WHEN p.seq >= c.seq THEN 'younger' ELSE 'not superseded' END
      FROM landline.request c JOIN landline.request p ON p.id = c.parent_id JOIN landline.operation o ON o.seq = p.seq
      WHERE c.parent_id IS NOT NULL AND (p.seq >= c.seq OR o.state <> 11)
      UNION ALL SELECT p.seq, count(*) || ' children' FROM landline.request c JOIN landline.request p ON p.id = c.parent_id
      WHERE c.parent_id IS NOT NULL GROUP BY p.seq HAVING count(*) > 1
      UNION ALL SELECT o.seq, 'superseded by nothing' FROM landline.operation o JOIN landline.request p ON p.seq = o.seq WHERE o.state = 11
        AND NOT EXISTS (SELECT 1 FROM landline.request c WHERE c.parent_id = p.id AND c.parent_id IS NOT NULL)`,
    says: (detail) => `the chain of an operation and its children is broken: ${detail}`,
  },
];

/** Every break found; none when all is well. */
export async function verify(tx: Queryable): Promise<readonly InvariantBreak[]> {
  await tx.rows(plans);
  const breaks: InvariantBreak[] = [];
  for (const { invariant, sql, says } of checks) {
    const named = `SELECT coalesce(r.id, 'row ' || b.seq), b.detail, b.seq FROM (${sql} LIMIT ${offendersMax}) AS b(seq, detail)
      LEFT JOIN landline.request r ON r.seq = b.seq`;
    for (const row of await tx.rows(named)) {
      breaks.push({
        invariant,
        operationId: integer(row, 2) === null ? null : text(row, 0),
        message: says(text(row, 1) ?? ""),
      });
    }
  }
  return breaks;
}
