/**
 * Holds the rows against the invariants of the semantics that a store can judge alone. Each check is one query that
 * finds offenders, and a sentence for a person. Reads everything; not for the hot path.
 *
 * Not judged here: what only the provider's ledger shows (I4, I5, I13, I14), what only a running system shows (I20,
 * I21, I22), and texts in logs (I24).
 */
import type { InvariantBreak } from "@landline/outbox";
import { levelCounter, stateNames, unfinished, waiting } from "@landline/outbox/storing";
import { countLevels } from "../rollups.ts";
import { number, rows, text } from "../row.ts";
import type { Session } from "../session.ts";
import { rollup } from "./rollup.ts";

/** One invariant: a query giving `id, detail` of offenders, and what it means. */
interface Check {
  readonly invariant: string;
  readonly sql: string;
  readonly says: (detail: string) => string;
}

/** Offenders named for each check at most. */
const offendersMax = 100;

const checks: readonly Check[] = [
  {
    invariant: "I1",
    sql: `SELECT coalesce(o.id, 'row ' || r.seq), CASE WHEN o.seq IS NULL THEN 'request without an operation' ELSE 'operation without its request' END
      FROM operation o FULL JOIN request r ON r.seq = o.seq WHERE o.seq IS NULL OR r.seq IS NULL`,
    says: (detail) => `an accepted operation is incomplete: ${detail}`,
  },
  {
    invariant: "I2",
    sql: `SELECT id, 'state ' || state || ', open attempt ' || coalesce(attempt_at, 'none') || ', reason ' || coalesce(reason, 'none')
      FROM operation WHERE state NOT BETWEEN 0 AND ${stateNames.length - 1} OR (state = 1) <> (attempt_at IS NOT NULL) OR (state = 7) <> (reason IS NOT NULL)
        OR lane NOT IN (SELECT id FROM lane) OR kind NOT IN (SELECT id FROM kind)`,
    says: (detail) => `it is not in exactly one state: ${detail}`,
  },
  {
    invariant: "I3",
    sql: `SELECT id, CASE WHEN due IS NULL THEN 'nothing is planned for it' ELSE 'it waits its turn, and it is its turn' END FROM operation o
      WHERE (state IN (0, 2, 3) AND due IS NULL) OR (${waiting} AND gate = 1 AND NOT EXISTS (SELECT 1 FROM operation e
        WHERE e.turn = o.turn AND e.turn IS NOT NULL AND e.state IN (0, 1, 2, 3) AND e.seq < o.seq))`,
    says: (detail) => `it is unfinished and nobody will ever reach it: ${detail}`,
  },
  {
    invariant: "I6",
    sql: `SELECT coalesce(o.id, 'row ' || a.seq), 'attempt ' || a.number || CASE WHEN o.id IS NULL THEN ' of nothing' ELSE ' ended without an outcome' END
      FROM attempt a LEFT JOIN operation o ON o.seq = a.seq WHERE a.outcome IS NULL OR a.ended_at IS NULL OR o.id IS NULL`,
    says: (detail) => `a start has no outcome: ${detail}`,
  },
  {
    invariant: "I7",
    sql: `SELECT o.id, o.attempts || ' counted, ' || (coalesce(a.n, 0) + (o.attempt_at IS NOT NULL)) || ' in the journal, numbers up to ' || coalesce(a.top, 0)
      FROM operation o LEFT JOIN (SELECT seq, count(*) AS n, max(number) AS top, min(number) AS least FROM attempt GROUP BY seq) a ON a.seq = o.seq
      WHERE o.attempts <> coalesce(a.n, 0) + (o.attempt_at IS NOT NULL) OR coalesce(a.top, 0) <> coalesce(a.n, 0) OR coalesce(a.least, 1) <> 1`,
    says: (detail) => `starts and journal differ: ${detail}`,
  },
  {
    invariant: "I8",
    sql: `SELECT o.id, 'attempt ' || a.number || ' has lease ' || a.lease || ', the operation ' || o.lease
      FROM attempt a JOIN operation o ON o.seq = a.seq WHERE a.lease > o.lease
      UNION ALL SELECT id, 'open attempt has lease ' || attempt_lease || ', the operation ' || lease FROM operation WHERE attempt_lease > lease`,
    says: (detail) => `a lease was written that was never current: ${detail}`,
  },
  {
    invariant: "I9",
    sql: `SELECT o.id, 'attempt ' || b.number || ' has lease ' || b.lease || ' after ' || a.lease
      FROM attempt a JOIN attempt b ON b.seq = a.seq AND b.number = a.number + 1 JOIN operation o ON o.seq = a.seq WHERE b.lease <= a.lease
      UNION ALL SELECT o.id, 'open attempt has lease ' || o.attempt_lease || ' after ' || a.lease
      FROM operation o JOIN attempt a ON a.seq = o.seq WHERE o.attempt_lease <= a.lease`,
    says: (detail) => `lease numbers do not grow: ${detail}`,
  },
  {
    invariant: "I10",
    sql: `SELECT o.id, 'attempt ' || a.number || ' started ' || (a.started_at - o.deadline) || ' ms late' FROM attempt a JOIN operation o ON o.seq = a.seq
      WHERE a.started_at > o.deadline
      UNION ALL SELECT id, 'attempt ' || attempts || ' started ' || (attempt_at - deadline) || ' ms late' FROM operation WHERE attempt_at > deadline`,
    says: (detail) => `it was started after its deadline: ${detail}`,
  },
  {
    invariant: "I11",
    sql: `SELECT o.id, 'attempt ' || b.number || ' started at version ' || b.started_version || ', attempt ' || a.number || ' ended at ' || a.ended_version
      FROM attempt a JOIN attempt b ON b.seq = a.seq AND b.number = a.number + 1 JOIN operation o ON o.seq = a.seq
      WHERE b.started_version <= a.ended_version OR a.started_version >= a.ended_version
      UNION ALL SELECT o.id, 'open attempt started at version ' || o.attempt_version FROM operation o JOIN attempt a ON a.seq = o.seq
      WHERE o.attempt_version <= a.ended_version`,
    says: (detail) => `two attempts were under way at once: ${detail}`,
  },
  {
    invariant: "I12",
    sql: `SELECT NULL, 'the index of the ready shows ' || i.n || ' of ' || t.n FROM
      (SELECT count(*) AS n FROM operation INDEXED BY operation_ready WHERE ${waiting} AND gate = 0) i,
      (SELECT count(*) AS n FROM operation NOT INDEXED WHERE ${waiting} AND gate = 0) t WHERE i.n <> t.n`,
    says: (detail) => `a claim cannot see everything that is due: ${detail}`,
  },
  {
    invariant: "I15",
    sql: `SELECT min(o.id), 'key ' || r.key || ' of ' || count(*) || ' operations' FROM request r JOIN operation o ON o.seq = r.seq
      GROUP BY r.scope, r.key HAVING count(*) > 1`,
    says: (detail) => `one idempotency key stands for several operations: ${detail}`,
  },
  {
    invariant: "I16",
    sql: `SELECT coalesce(o.id, 'row ' || c.seq), CASE WHEN o.id IS NULL THEN 'of nothing' ELSE c.status || ' left it ' || o.state END
      FROM receipt c LEFT JOIN operation o ON o.seq = c.seq WHERE c.seq IS NOT NULL
        AND (o.id IS NULL OR (c.meaning = 'delivered' AND o.state IN (0, 1, 2, 3, 4, 6)) OR (c.meaning = 'undelivered' AND o.state = 4 AND c.received_at > o.updated_at))`,
    says: (detail) => `a receipt was stored and did not act: ${detail}`,
  },
  {
    invariant: "I17",
    sql: `SELECT NULL, 'the review queue shows ' || i.n || ' of ' || t.n FROM
      (SELECT count(*) AS n FROM operation INDEXED BY operation_parked WHERE state = 7 AND cause IN (SELECT id FROM cause)) i,
      (SELECT count(*) AS n FROM operation NOT INDEXED WHERE state = 7) t WHERE i.n <> t.n`,
    says: (detail) => `a counter and a recount differ: ${detail}`,
  },
  {
    invariant: "I18",
    sql: `SELECT o.id, h.event || ' by ' || coalesce(nullif(h.actor, ''), 'nobody') FROM history h JOIN operation o ON o.seq = h.seq
      WHERE h.event IN ('cancel', 'redrive', 'discard', 'supersede', 'resolve_sent', 'resolve_not_sent')
        AND (h.actor = '' OR h.because IS NULL OR h.because = '' OR h.before IS NULL OR h.after IS NULL)`,
    says: (detail) => `a person's act has no actor, reason, before or after: ${detail}`,
  },
  {
    invariant: "I19",
    sql: `SELECT o.id, 'went in ' || (coalesce(h.gone_in, 0) + coalesce(a.gone_in, 0)) || ' times, came out ' || coalesce(h.come_out, 0) || ' times, state ' || o.state
      FROM operation o
      LEFT JOIN (SELECT seq, sum(after = 'parked' AND before <> 'parked') AS gone_in, sum(before = 'parked' AND after <> 'parked') AS come_out
        FROM history WHERE before IS NOT NULL GROUP BY seq) h ON h.seq = o.seq
      LEFT JOIN (SELECT a.seq, count(*) AS gone_in FROM attempt a WHERE a.decision = 'park'
        AND NOT EXISTS (SELECT 1 FROM history x WHERE x.seq = a.seq AND x.version = a.ended_version AND x.after = 'parked') GROUP BY a.seq) a ON a.seq = o.seq
      WHERE coalesce(h.gone_in, 0) + coalesce(a.gone_in, 0) - coalesce(h.come_out, 0) <> (o.state = 7)`,
    says: (detail) => `the review queue does not add up: ${detail}`,
  },
  {
    invariant: "I23",
    sql: `SELECT c.id, 'its parent ' || p.id || ' is ' || CASE WHEN p.seq >= c.seq THEN 'younger' ELSE 'not superseded' END
      FROM request r JOIN operation c ON c.seq = r.seq JOIN operation p ON p.id = r.parent_id WHERE r.parent_id IS NOT NULL AND (p.seq >= c.seq OR p.state <> 11)
      UNION ALL SELECT p.id, count(*) || ' children' FROM request r JOIN operation p ON p.id = r.parent_id WHERE r.parent_id IS NOT NULL GROUP BY p.id HAVING count(*) > 1
      UNION ALL SELECT o.id, 'superseded by nothing' FROM operation o WHERE o.state = 11
        AND NOT EXISTS (SELECT 1 FROM request r WHERE r.parent_id = o.id AND r.parent_id IS NOT NULL)`,
    says: (detail) => `the chain of an operation and its children is broken: ${detail}`,
  },
];

const selectOvertaken = `SELECT id, turn FROM operation o WHERE turn IS NOT NULL AND ${unfinished} AND gate = 0 AND seq > (SELECT min(seq) FROM operation e
  WHERE e.turn = o.turn AND e.turn IS NOT NULL AND e.${unfinished})`;

/** Every break found; none when all is well. */
export function verify(session: Session): readonly InvariantBreak[] {
  const breaks: InvariantBreak[] = [];
  for (const row of rows(session.sql("PRAGMA quick_check(1)"))) {
    const said = text(row, 0) ?? "";
    if (said !== "ok") breaks.push({ invariant: "I1", operationId: null, message: `the file is damaged: ${said}` });
  }
  for (const { invariant, sql, says } of checks) {
    for (const row of rows(session.sql(`${sql} LIMIT ${offendersMax}`))) {
      breaks.push({ invariant, operationId: text(row, 0), message: says(text(row, 1) ?? String(row[1])) });
    }
  }
  for (const row of rows(session.sql(selectOvertaken))) {
    const message = `it may run before an earlier one of its subject (row order of ${text(row, 1) ?? ""})`;
    breaks.push({ invariant: "I11", operationId: text(row, 0), message });
  }
  if (
    session.keys.size > 0 &&
    rows(session.sql("SELECT count(*) FROM operation")).some((row) => number(row, 0) > session.keys.size)
  ) {
    breaks.push({
      invariant: "I15",
      operationId: null,
      message: "the index of keys in memory is smaller than the table",
    });
  }
  breaks.push(...wrongSums(session));
  return breaks;
}

/** Sums that a recount of the rows does not confirm. */
function wrongSums(session: Session): readonly InvariantBreak[] {
  const shown = new Map<string, Readonly<Record<number, number>>>();
  for (const { account, operation, sums } of rollup(session, { span: 1, from: 0, to: 0 }).levels)
    shown.set(`${account} ${operation}`, sums);
  const breaks: InvariantBreak[] = [];
  const recount = rows(session.sql(countLevels));
  for (const row of recount) {
    const { account, operation } = session.names.kindOf(number(row, 0));
    const sums = shown.get(`${account} ${operation}`) ?? {};
    for (const [index, level] of (["active", "reconciling", "parked", "undelivered"] as const).entries()) {
      const [said, found] = [sums[levelCounter(level)] ?? 0, number(row, index + 1)];
      if (said === found) continue;
      const message = `a counter and a recount differ: ${said} of ${account} ${operation} are said to be ${level}, ${found} are`;
      breaks.push({ invariant: "I17", operationId: null, message });
    }
  }
  return breaks;
}
