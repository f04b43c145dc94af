/**
 * Writes what became of an attempt, or of a look at the provider. Changes the row only while the lease is the current
 * one and the state allows it; otherwise it answers false and the worker leaves its evidence with `witness`.
 *
 * An acceptance is the common case and has a statement of its own that touches as little as possible.
 */
import { statesBefore } from "@landline/core";
import type { FailureKind, ParkedReason, StoredState } from "@landline/core";
import type { Lease, Settlement } from "@landline/outbox";
import { codeOf, legalFor, stateOf } from "@landline/outbox/storing";
import type { Claim } from "../claims.ts";
import { first, integer, number } from "../row.ts";
import type { Session } from "../session.ts";
import { automatic, closeAttempt, journal, note } from "./chronicle.ts";
import { findProviderId, noteProviderId } from "./find.ts";
import { passTurn } from "./turn.ts";

const selectHeld = "SELECT state, version, attempt_at, kind, created_at FROM operation WHERE seq = ? AND lease <= ?";
const acceptance = `UPDATE operation SET state = 4, version = version + 1, updated_at = ?2, due = NULL, lease = ?3, provider_id = ?4,
  provider_status = ?5, failure = NULL, cause = NULL, reason = NULL,
  tally = CASE WHEN tally IS NULL THEN NULL ELSE json_set(tally, '$.doubtOpen', json('false')) END, attempt_at = NULL, attempt_lease = NULL, attempt_version = NULL,
  attempt_digest = NULL`;
const accept = `${acceptance}
  WHERE seq = ?1 AND state IN (${legalFor("accept")}) AND lease <= ?3`;
const move = `UPDATE operation SET state = ?2, version = version + 1, updated_at = ?3, due = ?4, lease = ?5, tally = ?6, failure = ?7,
  cause = ?8, reason = ?9, absences = ?10, look_failures = ?11, attempt_at = NULL, attempt_lease = NULL, attempt_version = NULL,
  attempt_digest = NULL
  WHERE seq = ?1 AND lease <= ?5`;

const acceptOpen = `${acceptance}
  WHERE seq = ?1 AND state = 1 AND lease = ?3 AND attempt_lease = ?3 AND version = ?6`;

/** States a lease can be on. From `parked` or `expired` only commands, receipts and witnesses bring an acceptance. */
const leasable: readonly StoredState[] = ["queued", "sending", "retrying", "reconciling"];

/** Whether a settlement is legal in the state of this number. */
const legal: Record<Settlement["type"], ReadonlySet<number>> = {
  accept: legalSet("accept"),
  retry: legalSet("retry"),
  hold: legalSet("hold"),
  reconcile: legalSet("reconcile"),
  park: legalSet("park"),
  expire: legalSet("expire"),
};

const reconciling = codeOf("reconciling");

/** False: the lease was lost, the state forbids it, or what was found is another's; nothing was written. */
export function settle(session: Session, lease: Lease, settlement: Settlement): boolean {
  const claim = session.claims.held(lease.id, lease.lease);
  if (claim === null) return false;
  if (settlement.type === "accept" && acceptStarted(session, claim, settlement)) return true;
  const row = first(session.sql(selectHeld), claim.seq, lease.lease);
  if (row === null) return false;
  const before = number(row, 0);
  if (!legal[settlement.type].has(before)) return false;
  if (settlement.type === "accept" && before === reconciling) {
    // Two looks may find the same thing at the same time; what one of them took is not the other's any more.
    const { account } = session.names.kindOf(number(row, 3));
    if (findProviderId(session, account, settlement.providerId, lease.id) !== null) return false;
  }
  const open = integer(row, 2) !== null;
  const { attempt } = settlement;
  session.rollups.count(number(row, 3), {
    before: stateOf(before),
    after: stateOf(stateAfter[settlement.type]),
    reason: settlement.type === "park" ? settlement.reason : null,
    outcome: open ? (attempt?.outcome ?? "ambiguous") : null,
    kind: failureKindOf(settlement, open),
    age: session.now() - number(row, 4),
  });
  if (open) closeAttempt(session, claim.seq, attempt, settlement.type, settlement.because);
  if (settlement.type === "accept") {
    const { providerId, providerStatus } = settlement;
    session.sql(accept).run(claim.seq, session.now(), lease.lease, providerId, providerStatus);
    noteProviderId(session, claim.seq, providerId);
  } else {
    moveTo(session, claim, number(row, 3), settlement);
  }
  if (!open) {
    note(session, {
      seq: claim.seq,
      version: number(row, 1) + 1,
      event: settlement.type,
      actor: automatic,
      because: settlement.because,
      before: stateOf(before),
      after: stateOf(stateAfter[settlement.type]),
    });
  }
  session.claims.end(claim.seq);
  if (claim.turn !== null) passTurn(session, claim.turn);
  return true;
}

/** The shortest way, and the one nearly everything takes: what was started under this lease is accepted. */
function acceptStarted(
  session: Session,
  claim: Claim,
  settlement: Extract<Settlement, { readonly type: "accept" }>,
): boolean {
  const { attempt, providerId, providerStatus, because } = settlement;
  const started = claim.attempt;
  if (started === null || attempt?.outcome !== "accepted" || claim.kind < 0) return false;
  const now = session.now();
  const { changes } = session
    .sql(acceptOpen)
    .run(claim.seq, now, claim.lease, providerId, providerStatus, started.version);
  if (changes !== 1) return false;
  session.rollups.accepted(claim.kind, now - claim.createdAt);
  journal(session, claim, started, attempt, because);
  noteProviderId(session, claim.seq, providerId);
  session.claims.end(claim.seq);
  if (claim.turn !== null) passTurn(session, claim.turn);
  return true;
}

const stateAfter = {
  accept: codeOf("accepted"),
  retry: codeOf("retrying"),
  hold: codeOf("retrying"),
  reconcile: codeOf("reconciling"),
  park: codeOf("parked"),
  expire: codeOf("expired"),
} as const satisfies Record<Settlement["type"], number>;

/** What went wrong with an attempt, or with what never came to one. */
function failureKindOf(settlement: Settlement, open: boolean): FailureKind | null {
  const { attempt } = settlement;
  if (open && attempt !== null) return attempt.failure?.kind ?? null;
  return settlement.type === "accept" ? null : settlement.failure.kind;
}

type Moving = Exclude<Settlement, { readonly type: "accept" }>;

function moveTo(session: Session, claim: Claim, kindId: number, settlement: Moving): void {
  const reason: ParkedReason | null = settlement.type === "park" ? settlement.reason : null;
  const { failure, history } = settlement;
  const kind = session.names.kindOf(kindId);
  const cause = session.names.cause({
    ...kind,
    reason: reason ?? "",
    failureKind: failure.kind,
    code: failure.code ?? "",
  });
  const looks = settlement.type === "reconcile" ? settlement : { absences: 0, lookFailures: 0 };
  session
    .sql(move)
    .run(
      claim.seq,
      stateAfter[settlement.type],
      session.now(),
      dueOf(settlement),
      claim.lease,
      JSON.stringify(history),
      JSON.stringify(failure),
      cause,
      reason,
      looks.absences,
      looks.lookFailures,
    );
  session.woken = true;
}

function dueOf(settlement: Moving): number | null {
  switch (settlement.type) {
    case "retry":
    case "hold":
    case "reconcile":
      return Math.ceil(settlement.at);
    case "park":
    case "expire":
      return null;
    default:
      return settlement satisfies never;
  }
}

function legalSet(event: Settlement["type"]): ReadonlySet<number> {
  const from = statesBefore(event);
  return new Set(leasable.filter((state) => from.includes(state)).map(codeOf));
}
