/**
 * Whether the database is where it was: in the same server, in the same of its histories.
 *
 * A server that takes over, and one that is recovered from a backup, begin a new history: PostgreSQL counts them as
 * timelines (https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-TIMELINES). A database that is
 * read from a dump lies in a server with another identifier. In both cases commits may be missing, and what was sent
 * by them shows as waiting. So the place is written down in the database itself, compared when a store is opened and
 * every few seconds, and once more by the statement that starts attempts: nothing is begun on a timeline that nobody has
 * dealt with.
 *
 * Servers that keep these facts to themselves are believed to be where they were; restoring is then said by a person.
 */
import type { Queryable } from "./database.ts";
import { text } from "./row.ts";
import { StoreTrouble, advice, readTrouble } from "./trouble.ts";
import { getDocument, putDocument } from "./verbs/ledgers.ts";

/** What a timeline change means where the standby is known to have everything. */
export type Failover = "may-lose" | "lossless";

/** A place as it is written down. */
interface Place {
  readonly system: string;
  readonly timeline: string;
}

const timeline = "CASE WHEN pg_is_in_recovery() THEN '' ELSE left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) END";
const selectPlace = `SELECT (SELECT system_identifier::text FROM pg_control_system()), ${timeline}`;

/** SQL that holds while the server is on the timeline in parameter `index`; "" there holds always. */
export function onTimeline(index: number): string {
  return `(SELECT CASE WHEN $${index}::text = '' THEN true ELSE $${index}::text = (${timeline}) END)`;
}

/** No server's timeline: what a standby is asked must not hold on the one it opens when it takes over a moment later. */
const onStandby = "standby";

const collection = "home";

/** See the head of this file. */
export class Home {
  readonly #db: Queryable;
  readonly #failover: Failover;
  /** The timeline that was dealt with; "": the server does not tell; null: not looked at yet, or left. */
  #expected: string | null = null;
  /** What was found in its place last, when it was. */
  #arrived: Place | null = null;

  constructor(db: Queryable, failover: Failover) {
    this.#db = db;
    this.#failover = failover;
  }

  /**
   * The timeline attempts may start on, for {@link onTimeline}.
   * @throws {StoreTrouble} `moved` when commits may be missing and nobody has dealt with it
   */
  async timeline(): Promise<string> {
    if (this.#expected !== null) return this.#expected;
    const because = await this.moved();
    if (because !== null) throw new StoreTrouble("moved", advice("moved", because));
    return this.#expected ?? onStandby;
  }

  /** Why commits may be missing, or null. */
  async moved(db: Queryable = this.#db): Promise<string | null> {
    const here = this.#expected === "" ? null : await readPlace(db);
    if (here === null || here.timeline === "") {
      // A standby writes nothing, so nothing starts on it; which history it will begin is seen when it does.
      this.#expected = here === null ? "" : null;
      return null;
    }
    if (this.#arrived?.system === here.system && this.#arrived.timeline === here.timeline) {
      this.#expected = here.timeline;
      return null;
    }
    const known = asPlace(await getDocument(db, collection, collection));
    const because = known === null ? null : differenceOf(known, here);
    const harmless = this.#failover === "lossless" && known?.system === here.system;
    if (because !== null && !harmless) {
      this.#expected = null;
      this.#arrived = null;
      return because;
    }
    if (known === null || because !== null) await putDocument(db, collection, collection, here);
    this.#expected = here.timeline;
    this.#arrived = here;
    return null;
  }

  /** Inside a transaction: writes down where the database is now. Follow its commit with {@link arrived}. */
  async settle(tx: Queryable): Promise<string> {
    const here = this.#expected === "" ? null : await readPlace(tx);
    if (here === null) return "";
    await putDocument(tx, collection, collection, here);
    return here.timeline;
  }

  /** What `settle` wrote down is durable. */
  arrived(at: string): void {
    this.#expected = at;
  }

  /** Nothing could be started: looks again whether that is because the server changed. */
  async suspect(): Promise<void> {
    if (this.#expected === "") return;
    this.#expected = null;
    await this.timeline();
  }
}

async function readPlace(db: Queryable): Promise<Place | null> {
  try {
    const [row] = await db.rows(selectPlace);
    return row === undefined ? null : { system: text(row, 0) ?? "", timeline: text(row, 1) ?? "" };
  } catch (error) {
    // No right to know, or no such function here; whatever else is wrong is trouble.
    const trouble = readTrouble(error);
    if (trouble === null || trouble.code === "denied") return null;
    throw trouble;
  }
}

function asPlace(value: unknown): Place | null {
  if (typeof value !== "object" || value === null || !("system" in value) || !("timeline" in value)) return null;
  return { system: String(value.system), timeline: String(value.timeline) };
}

function differenceOf(known: Place, here: Place): string | null {
  if (known.system !== here.system)
    return "the database lies in another server than before: it was restored from a dump or moved";
  if (known.timeline === here.timeline) return null;
  const [from, to] = [known.timeline, here.timeline].map((name) => Number.parseInt(name, 16));
  return `the server is on timeline ${to} instead of ${from}: a standby took over or a backup was recovered, and the last commits may be missing`;
}
