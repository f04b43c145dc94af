/** What the conformance suite needs of a real server: an empty schema for each test, and a clock it can set forth. */
import type { Client } from "pg";

/** Everything but the schema's own tables. */
const empty = `DO $$ BEGIN EXECUTE (
    SELECT 'TRUNCATE ' || string_agg(format('landline.%I', relname), ', ') || ' RESTART IDENTITY' FROM pg_class
    WHERE relnamespace = 'landline'::regnamespace AND relkind = 'r' AND relname NOT IN ('migration', 'test_clock')
  ); END $$`;

/** Empties every table. */
export async function truncateAll(administrator: Client): Promise<void> {
  await administrator.query(empty);
}

/**
 * The database's clock goes on when the suite says so, so that no deadline passes because the machine is busy.
 * @returns a function that sets it forth by milliseconds
 */
export async function frozenClock(administrator: Client): Promise<(ms: number) => Promise<void>> {
  await administrator.query(
    `CREATE TABLE landline.test_clock AS SELECT 1795000000000::bigint AS at;
     CREATE OR REPLACE FUNCTION landline.now_ms() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT at FROM landline.test_clock'`,
  );
  return async (ms) => {
    await administrator.query("UPDATE landline.test_clock SET at = at + $1", [ms]);
  };
}
