/**
 * A connection that breaks during a commit leaves nobody knowing whether it was made. So nothing is concluded: the
 * verb is asked again, told that it may have happened already, and answers by what it finds in the rows.
 */
import type { Session } from "./session.ts";
import { StoreTrouble } from "./trouble.ts";

/** Pauses before another try, in milliseconds. After the last the trouble is the caller's. */
const pausesMs = [10, 100, 500] as const;

/**
 * Carries out a verb until the answer is certain, for about half a second.
 * @param verb told whether an earlier try may have been carried out
 * @throws {StoreTrouble} when the database stays out of reach; then the verb may or may not have been carried out
 */
export async function untilSure<T>(session: Session, verb: (again: boolean) => Promise<T>): Promise<T> {
  let again = false;
  for (let tries = 0; ; tries += 1) {
    try {
      return await verb(again);
    } catch (error) {
      const pauseMs = pausesMs[tries];
      if (!(error instanceof StoreTrouble) || pauseMs === undefined || session.db.isClosed) throw error;
      if (error.code !== "unavailable" && error.code !== "contended") throw error;
      again ||= error.code === "unavailable";
      await session.pause(pauseMs);
    }
  }
}
