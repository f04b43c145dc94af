/** Opens a store by URL: a pool with our settings, the ear for notices, and a schema that is known to fit. */
import type { Failover } from "./home.ts";
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
 * @param given a URL such as `postgres://user:password@host:5432/database`; `landline_failover=lossless` among its
 *   parameters says that every commit reaches the standby (see `PostgresStoreOptions.failover`)
 * @throws {StoreTrouble} `unmigrated`, `schema_too_new`, `unavailable`, `denied`
 */
export async function openPostgresStore(given: string, options: OpenOptions = {}): Promise<PostgresStore> {
  const { url, failover } = addressOf(given);
  const pool = openPool(url, options.connectionsMax ?? 10);
  const prepare = options.prepare ?? true;
  const { store, session } = createStore(pool, { ...(failover === null ? {} : { failover }), ...options, prepare });
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

/** Our own parameter in a URL is not the driver's. */
function addressOf(url: string): { readonly url: string; readonly failover: Failover | null } {
  const found = /([?&])landline_failover=(lossless|may-lose)(&|$)/.exec(url);
  if (found === null) return { url, failover: null };
  const [text, before, failover, after] = found;
  return { url: url.replace(text, after === "&" ? (before ?? "") : ""), failover: failover as Failover };
}
