/** Opens a store by URL: a pool with our settings, the ear for notices, and a schema that is known to fit. */
import { migrate, checkSchema } from "./migrations/migrate.ts";
import { listen, openClient, openPool } from "./open.ts";
import type { PostgresStore, PostgresStoreOptions } from "./store.ts";
import { createStore } from "./store.ts";
import { readTrouble } from "./trouble.ts";

/** Options of {@link openPostgresStore}. */
export interface OpenOptions extends PostgresStoreOptions {
  /** Connections at most, without the one that listens. Default: 10. */
  readonly connectionsMax?: number;
  /** Whether to hear, by LISTEN, what other processes hand over; polling finds it anyway. Default: true. */
  readonly listen?: boolean;
}

/**
 * Opens a store and checks that its schema fits.
 * @param given a URL such as `postgres://user:password@host:5432/database`; two parameters are ours:
 *   `landline_failover=lossless` says that every commit reaches the standby (see `PostgresStoreOptions.failover`),
 *   `landline_pooler=transaction` that a pooler gives each transaction another session (no prepared statements, no LISTEN)
 * @throws {StoreTrouble} `unmigrated`, `schema_too_new`, `unavailable`, `denied`
 */
export async function openPostgresStore(given: string, asked: OpenOptions = {}): Promise<PostgresStore> {
  const { url, options: said } = addressOf(given);
  const options: OpenOptions = { ...said, ...asked };
  const pool = openPool(url, options.connectionsMax ?? 10);
  const { store, session } = createStore(pool, { ...options, prepare: options.prepare ?? true });
  try {
    await checkSchema(pool, store.schema);
    await session.names.load();
  } catch (error) {
    await pool.end();
    throw readTrouble(error) ?? error;
  }
  const deafen =
    options.listen === false
      ? async () => undefined
      : listen(url, session.channel, (token) => {
          if (token !== session.token) session.wakeHere();
        });
  let closed: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    await store.close();
    await deafen();
    await pool.end();
  };
  return { ...store, close: () => (closed ??= close()) };
}

/**
 * Brings the schema up to date; safe to call from many processes at once.
 * @returns the names of the steps applied, or that would be
 * @throws {StoreTrouble}
 */
export async function migratePostgres(
  url: string,
  options: { readonly dryRun?: boolean; readonly schema?: string } = {},
): Promise<readonly string[]> {
  const client = await openClient(addressOf(url).url);
  try {
    return await migrate(client, options.schema ?? "landline", { dryRun: options.dryRun });
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** What a URL says about us rather than about the server. */
interface Address {
  /** As the driver takes it. */
  readonly url: string;
  readonly options: Pick<OpenOptions, "failover" | "prepare" | "listen">;
}

/** Takes our own parameters out of a URL: the driver would not know them. */
function addressOf(given: string): Address {
  const [base = "", query] = given.split("?", 2);
  if (query === undefined) return { url: given, options: {} };
  const parameters = new URLSearchParams(query);
  const failover = parameters.get("landline_failover");
  const pooler = parameters.get("landline_pooler");
  parameters.delete("landline_failover");
  parameters.delete("landline_pooler");
  const left = parameters.toString();
  return {
    url: failover === null && pooler === null ? given : left === "" ? base : `${base}?${left}`,
    options: {
      ...(failover === "lossless" ? { failover } : {}),
      ...(pooler === "transaction" ? { prepare: false, listen: false } : {}),
    },
  };
}
