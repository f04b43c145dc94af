/**
 * Brings a schema to the newest form, each step in a transaction of its own and noted in `landline.migration`.
 *
 * One at a time: a lock in the database lets several processes ask at once. Old and new processes live side by side,
 * so a step only ever adds; one that could not would be marked `breaks`, and only then does an older process refuse to
 * start. Nothing goes back.
 */
import type { Client } from "pg";
import { quoted } from "../database.ts";
import { StoreTrouble, advice, readTrouble } from "../trouble.ts";
import { initial } from "./0001-initial.ts";
import { attemptBody } from "./0002-attempt-body.ts";
import { optIn } from "./0003-opt-in.ts";
import { desk } from "./0004-desk.ts";
import { rollup } from "./0005-rollup.ts";

/** One step. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
  /** Whether processes that do not know this step must not run beside it. */
  readonly breaks: boolean;
}

/** Every step, in order. Only appended to. */
export const migrations: readonly Migration[] = [
  { name: "0001-initial", sql: initial, breaks: false },
  { name: "0002-attempt-body", sql: attemptBody, breaks: false },
  { name: "0003-opt-in", sql: optIn, breaks: false },
  { name: "0004-desk", sql: desk, breaks: false },
  // Whoever does not know it would not count.
  { name: "0005-rollup", sql: rollup, breaks: true },
];

/** Half of the advisory lock's key; the other is the schema's name. */
const lockSpace = 0x4c_6e_4c_6e;

/** Whoever runs statements of a migration. */
export type MigrationClient = Pick<Client, "query">;

/** What is noted of the steps applied: names, and those among them that are ours to know. */
interface Applied {
  readonly names: ReadonlySet<string>;
  readonly breaking: readonly string[];
}

/**
 * Applies what is missing.
 * @returns the names of the steps that were applied, or with `dryRun` would be
 * @throws {StoreTrouble} `schema_too_new` when a later version has made a step this one cannot live with
 */
export async function migrate(
  client: MigrationClient,
  schema: string,
  options: { readonly dryRun?: boolean | undefined } = {},
): Promise<readonly string[]> {
  try {
    if (options.dryRun === true) return missing(await readApplied(client, schema)).map(({ name }) => name);
    await client.query("SELECT pg_advisory_lock($1, hashtext($2))", [lockSpace, schema]);
    try {
      return await applyAll(client, schema);
    } finally {
      await client.query("SELECT pg_advisory_unlock($1, hashtext($2))", [lockSpace, schema]);
    }
  } catch (error) {
    throw readTrouble(error) ?? error;
  }
}

/**
 * Refuses a schema this version cannot work with.
 * @throws {StoreTrouble} `unmigrated`, `schema_too_new`
 */
export async function checkSchema(client: MigrationClient, schema: string): Promise<void> {
  const left = missing(await readApplied(client, schema));
  if (left.length === 0) return;
  const detail = `schema ${schema} lacks ${left.map(({ name }) => name).join(", ")}`;
  throw new StoreTrouble("unmigrated", advice("unmigrated", detail));
}

async function applyAll(client: MigrationClient, schema: string): Promise<readonly string[]> {
  const name = quoted(schema);
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${name}`);
  await client.query(
    `CREATE TABLE IF NOT EXISTS ${name}.migration (name text PRIMARY KEY, breaks boolean NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
  );
  const steps = missing(await readApplied(client, schema));
  for (const step of steps) {
    await client.query("BEGIN");
    try {
      await client.query(step.sql.replaceAll("landline.", `${name}.`));
      await client.query(`INSERT INTO ${name}.migration (name, breaks) VALUES ($1, $2)`, [step.name, step.breaks]);
      await client.query("COMMIT");
    } catch (error) {
      await client.query("ROLLBACK");
      throw error;
    }
  }
  return steps.map((step) => step.name);
}

function missing({ names, breaking }: Applied): readonly Migration[] {
  const foreign = breaking.filter((name) => !migrations.some((step) => step.name === name));
  if (foreign.length > 0) throw new StoreTrouble("schema_too_new", advice("schema_too_new", foreign.join(", ")));
  return migrations.filter((step) => !names.has(step.name));
}

async function readApplied(client: MigrationClient, schema: string): Promise<Applied> {
  const table = `${quoted(schema)}.migration`;
  const found = await client.query<{ there: string | null }>("SELECT to_regclass($1) AS there", [table]);
  if (found.rows[0]?.there === null) return { names: new Set(), breaking: [] };
  const { rows } = await client.query<{ name: string; breaks: boolean }>(`SELECT name, breaks FROM ${table}`);
  return {
    names: new Set(rows.map(({ name }) => name)),
    breaking: rows.filter((row) => row.breaks).map(({ name }) => name),
  };
}
