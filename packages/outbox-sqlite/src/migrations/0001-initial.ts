/**
 * The first schema. Four habits shape it:
 *
 * - `operation` is narrow and holds what changes; `request` is written once and holds what was asked for. A transition
 *   rewrites a hundred bytes, whatever the size of the message.
 * - Every index is partial and equal to the ORDER BY that uses it, so finished operations cost a claim nothing.
 * - There are few of them: even one that a row is not in costs half a microsecond a write.
 * - No index has a random key. Such a B-tree dirties a page for every row and halves the rate of acceptance; keys and
 *   provider ids are found through an index in memory (`hash-index.ts`), text through sorted runs (`term`).
 *
 * `operation.room` is filled at first and emptied by the start, which writes the attempt in its place: a row that grows
 * splits its page, and every page is full when rows are only appended.
 *
 * States and classes are small numbers; `@landline/outbox/storing` has the table.
 */
export const initial = `
CREATE TABLE lane (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE kind (id INTEGER PRIMARY KEY, account TEXT NOT NULL, operation TEXT NOT NULL, UNIQUE (account, operation)) STRICT;
CREATE TABLE cause (
  id INTEGER PRIMARY KEY, account TEXT NOT NULL, operation TEXT NOT NULL, reason TEXT NOT NULL, kind TEXT NOT NULL, code TEXT NOT NULL,
  UNIQUE (account, operation, reason, kind, code)
) STRICT;

CREATE TABLE operation (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  state INTEGER NOT NULL,
  version INTEGER NOT NULL,
  lane INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  class INTEGER NOT NULL,
  gate INTEGER NOT NULL,
  due INTEGER,
  deadline INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  key_hash INTEGER NOT NULL,
  lease INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  attempt_at INTEGER,
  attempt_lease INTEGER,
  attempt_version INTEGER,
  attempt_digest TEXT,
  absences INTEGER NOT NULL DEFAULT 0,
  look_failures INTEGER NOT NULL DEFAULT 0,
  rescues INTEGER NOT NULL DEFAULT 0,
  receipt_rank INTEGER NOT NULL DEFAULT 0,
  provider_id TEXT,
  provider_status TEXT,
  cause INTEGER,
  reason TEXT,
  tally TEXT,
  failure TEXT,
  turn TEXT,
  room TEXT
) STRICT;
CREATE UNIQUE INDEX operation_id ON operation (id);
CREATE INDEX operation_ready ON operation (lane, class, due) WHERE state IN (0, 2) AND gate = 0;
CREATE INDEX operation_deadline ON operation (deadline) WHERE state IN (0, 2);
CREATE INDEX operation_accepted ON operation (kind) WHERE state = 4;
CREATE INDEX operation_rare ON operation (state, due) WHERE state NOT IN (0, 2, 4, 5);
CREATE INDEX operation_parked ON operation (cause, updated_at) WHERE state = 7;
CREATE INDEX operation_turn ON operation (turn, state) WHERE turn IS NOT NULL;

CREATE TABLE request (
  seq INTEGER PRIMARY KEY,
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  reference TEXT,
  recipient TEXT,
  parent_id TEXT,
  actor TEXT NOT NULL,
  input TEXT NOT NULL,
  rest TEXT
) STRICT;
CREATE INDEX request_parent ON request (parent_id) WHERE parent_id IS NOT NULL;

CREATE TABLE attempt (
  seq INTEGER NOT NULL,
  number INTEGER NOT NULL,
  lease INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  started_version INTEGER NOT NULL,
  ended_at INTEGER,
  ended_version INTEGER NOT NULL,
  outcome TEXT,
  status INTEGER,
  code TEXT,
  request_id TEXT,
  phase TEXT,
  failure TEXT,
  decision TEXT,
  because TEXT,
  digest TEXT,
  PRIMARY KEY (seq, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE history (
  id INTEGER PRIMARY KEY,
  seq INTEGER NOT NULL,
  version INTEGER NOT NULL,
  at INTEGER NOT NULL,
  event TEXT NOT NULL,
  actor TEXT NOT NULL,
  because TEXT,
  before TEXT,
  after TEXT
) STRICT;
CREATE INDEX history_seq ON history (seq);

CREATE TABLE receipt (
  id INTEGER PRIMARY KEY,
  seq INTEGER,
  account TEXT NOT NULL,
  dedupe_key TEXT NOT NULL,
  provider_id TEXT,
  operation_id TEXT,
  status TEXT NOT NULL,
  meaning TEXT NOT NULL,
  rank INTEGER NOT NULL,
  code TEXT,
  message TEXT,
  at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  event TEXT NOT NULL,
  failure TEXT
) STRICT;
CREATE UNIQUE INDEX receipt_event ON receipt (account, dedupe_key);
CREATE INDEX receipt_seq ON receipt (seq) WHERE seq IS NOT NULL;
CREATE INDEX receipt_unmatched ON receipt (id) WHERE seq IS NULL AND meaning <> 'inbound';

CREATE TABLE term (run INTEGER NOT NULL, text TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (run, text, seq)) STRICT, WITHOUT ROWID;

CREATE TABLE hold (account TEXT NOT NULL, reason TEXT NOT NULL, actor TEXT NOT NULL, because TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (account, reason)) STRICT, WITHOUT ROWID;
CREATE TABLE opt_out (account TEXT NOT NULL, recipient TEXT NOT NULL, because TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (account, recipient)) STRICT, WITHOUT ROWID;
CREATE TABLE document (collection TEXT NOT NULL, id TEXT NOT NULL, document TEXT NOT NULL, PRIMARY KEY (collection, id)) STRICT, WITHOUT ROWID;
CREATE TABLE audit (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, event TEXT NOT NULL, subject TEXT NOT NULL, because TEXT) STRICT;
`;
