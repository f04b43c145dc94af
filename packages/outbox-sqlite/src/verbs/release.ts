/** Gives claimed operations back at once. Those that were started stay: a rescue must judge them. */
import type { Lease } from "@landline/outbox";
import { codeOf } from "@landline/outbox/storing";
import { first, number } from "../row.ts";
import type { Session } from "../session.ts";

const selectState = "SELECT state FROM operation WHERE seq = ?";

/** Ends claims that were never started; numbers go on growing. */
export function release(session: Session, leases: readonly Lease[]): void {
  for (const { id, lease } of leases) {
    const claim = session.claims.held(id, lease);
    if (claim === null) continue;
    const row = first(session.sql(selectState), claim.seq);
    if (row === null || number(row, 0) === codeOf("sending")) continue;
    claim.until = 0;
    session.woken = true;
  }
}
