/**
 * The first schema. Three habits shape it:
 *
 * - `operation` is narrow and holds what changes; `request` is written once and holds what was asked for, the id
 *   included. So a transition writes one short row and touches no index of the request.
 * - Every index is partial and equal to the ORDER BY that uses it, so finished operations cost a claim nothing. No
 *   index knows `lease` or `lease_until`, so a claim stays within its page.
 * - What is kept for people (`attempt`, `history`, `receipt`) is only ever appended to.
 *
 * The clock is one function, so that every statement goes by the same one: the database's, at the statement's beginning.
 *
 * Texts compare as bytes (collation "C"): it is faster, it finds prefixes, and it does not change with the system's
 * libraries. States and classes are small numbers; `@landline/outbox/storing` has the table. `landline.` stands for the schema.
 */
export const initial = `
CREATE FUNCTION landline.now_ms() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
  'SELECT floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint';

CREATE TABLE landline.lane (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text COLLATE "C" NOT NULL UNIQUE);
CREATE TABLE landline.kind (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account text COLLATE "C" NOT NULL, operation text COLLATE "C" NOT NULL, UNIQUE (account, operation));
CREATE TABLE landline.cause (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account text COLLATE "C" NOT NULL, operation text COLLATE "C" NOT NULL,
  reason text COLLATE "C" NOT NULL, kind text COLLATE "C" NOT NULL, code text COLLATE "C" NOT NULL, UNIQUE (account, operation, reason, kind, code)
);

CREATE TABLE landline.request (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  created_at bigint NOT NULL,
  id text COLLATE "C" NOT NULL,
  scope text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  fingerprint text COLLATE "C" NOT NULL,
  reference text COLLATE "C",
  recipient text COLLATE "C",
  parent_id text COLLATE "C",
  actor text COLLATE "C" NOT NULL,
  input json NOT NULL,
  rest json
);
CREATE UNIQUE INDEX request_id ON landline.request (id);
CREATE UNIQUE INDEX request_key ON landline.request (key, scope);
CREATE INDEX request_reference ON landline.request (reference, seq) WHERE reference IS NOT NULL;
CREATE INDEX request_recipient ON landline.request (recipient, seq) WHERE recipient IS NOT NULL;
CREATE INDEX request_parent ON landline.request (parent_id) WHERE parent_id IS NOT NULL;

CREATE TABLE landline.operation (
  seq bigint PRIMARY KEY,
  due bigint,
  deadline bigint NOT NULL,
  updated_at bigint NOT NULL,
  lease_until bigint NOT NULL DEFAULT 0,
  attempt_at bigint,
  version integer NOT NULL DEFAULT 1,
  lane integer NOT NULL,
  kind integer NOT NULL,
  lease integer NOT NULL DEFAULT 0,
  settled_lease integer NOT NULL DEFAULT 0,
  attempts integer NOT NULL DEFAULT 0,
  attempt_lease integer,
  attempt_version integer,
  receipt_rank integer NOT NULL DEFAULT 0,
  cause integer,
  state smallint NOT NULL DEFAULT 0,
  before smallint NOT NULL DEFAULT 0,
  class smallint NOT NULL,
  gate smallint NOT NULL DEFAULT 0,
  absences smallint NOT NULL DEFAULT 0,
  look_failures smallint NOT NULL DEFAULT 0,
  rescues smallint NOT NULL DEFAULT 0,
  attempt_digest text COLLATE "C",
  provider_id text COLLATE "C",
  provider_status text COLLATE "C",
  reason text COLLATE "C",
  turn text COLLATE "C",
  tally json,
  failure json
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000, autovacuum_analyze_scale_factor = 0.02,
  autovacuum_analyze_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX operation_ready ON landline.operation (lane, class, due, seq) WHERE state IN (0, 2) AND gate = 0;
CREATE INDEX operation_deadline ON landline.operation (deadline) WHERE state IN (0, 2);
CREATE INDEX operation_sending ON landline.operation (seq) WHERE state = 1;
CREATE INDEX operation_looking ON landline.operation (due, seq) WHERE state = 3;
CREATE INDEX operation_accepted ON landline.operation (kind, seq) WHERE state = 4;
CREATE INDEX operation_parked ON landline.operation (cause, updated_at) WHERE state = 7;
CREATE INDEX operation_rare ON landline.operation (seq) WHERE state NOT IN (0, 1, 2, 4, 5);
CREATE INDEX operation_turn ON landline.operation (turn, seq) WHERE turn IS NOT NULL;
CREATE INDEX operation_provider_id ON landline.operation (provider_id) WHERE provider_id IS NOT NULL;

CREATE TABLE landline.attempt (
  seq bigint NOT NULL,
  started_at bigint NOT NULL,
  ended_at bigint NOT NULL,
  number integer NOT NULL,
  lease integer NOT NULL,
  started_version integer NOT NULL,
  ended_version integer NOT NULL,
  status integer,
  outcome text COLLATE "C" NOT NULL,
  code text COLLATE "C",
  request_id text COLLATE "C",
  phase text COLLATE "C",
  decision text COLLATE "C" NOT NULL,
  because text COLLATE "C" NOT NULL,
  digest text COLLATE "C",
  failure json,
  PRIMARY KEY (seq, number)
);

CREATE TABLE landline.history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  seq bigint NOT NULL,
  at bigint NOT NULL,
  version integer NOT NULL,
  event text COLLATE "C" NOT NULL,
  actor text COLLATE "C" NOT NULL,
  because text COLLATE "C",
  before text COLLATE "C",
  after text COLLATE "C"
);
CREATE INDEX history_seq ON landline.history (seq);

CREATE TABLE landline.receipt (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  seq bigint,
  at bigint NOT NULL,
  received_at bigint NOT NULL,
  rank integer NOT NULL,
  account text COLLATE "C" NOT NULL,
  dedupe_key text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  meaning text COLLATE "C" NOT NULL,
  code text COLLATE "C",
  message text COLLATE "C",
  event json NOT NULL,
  failure json
);
CREATE UNIQUE INDEX receipt_event ON landline.receipt (account, dedupe_key);
CREATE INDEX receipt_seq ON landline.receipt (seq) WHERE seq IS NOT NULL;
CREATE INDEX receipt_unmatched ON landline.receipt (id) WHERE seq IS NULL AND meaning <> 'inbound';

CREATE TABLE landline.hold (
  account text COLLATE "C" NOT NULL, reason text COLLATE "C" NOT NULL, actor text NOT NULL, because text NOT NULL, since bigint NOT NULL, PRIMARY KEY (account, reason)
);
CREATE TABLE landline.opt_out (
  account text COLLATE "C" NOT NULL, recipient text COLLATE "C" NOT NULL, because text NOT NULL, at bigint NOT NULL, PRIMARY KEY (account, recipient)
);
CREATE TABLE landline.document (collection text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, document json NOT NULL, PRIMARY KEY (collection, id));
CREATE TABLE landline.audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at bigint NOT NULL, actor text NOT NULL, event text NOT NULL, subject text NOT NULL, because text
);
`;
