/**
 * The reckoning: what was promised, what the store believes, what the provider's ledger says, and what went wrong when.
 *
 * Pure. It takes nobody's word: an operation is "sent once" only when store and ledger both say so; a doubt that was
 * left to a person must be a true one, with an answer that was really lost; and nobody may send again into a doubt
 * about which the provider cannot be asked.
 */
import type { AttemptRecord, OperationRecord } from "@landline/outbox";
import type { EffectEntry, LedgerEntry, RequestEntry } from "@landline/sandbox";
import type { Promised } from "./application.ts";
import type { Incident } from "./chaos.ts";
import type { DoubtClass } from "./workload.ts";
import { subjects } from "./workload.ts";

/** An operation with its attempts, as the store has them. */
export interface Story {
  readonly operation: OperationRecord;
  readonly attempts: readonly AttemptRecord[];
}

/** Something that must never be. */
export interface Fault {
  readonly kind: "lost" | "duplicate" | "unsettled" | "blind" | "unexplained" | "changed" | "invented" | "invariant";
  readonly operationId: string | null;
  readonly message: string;
}

/** One row of the table. */
export interface Row {
  readonly doubt: DoubtClass;
  readonly promised: number;
  /** Store and ledger agree: it happened, once. */
  readonly sentOnce: number;
  /** Left to a person with a certain failure, by reason; store and ledger agree that it did not happen. */
  readonly parked: Readonly<Record<string, number>>;
  /** Operations of which at least one answer was lost. */
  readonly doubts: number;
  /** Of those: ended certain, because it could be asked, repeated safely, or heard of. */
  readonly resolved: number;
  /** Of those: left to a person as doubt. */
  readonly parkedAsDoubt: number;
  readonly lost: number;
  readonly duplicates: number;
  readonly requests: number;
}

/** What came out. */
export interface Reckoning {
  readonly rows: readonly Row[];
  readonly faults: readonly Fault[];
}

/** What is reckoned with. */
export interface Evidence {
  readonly promised: readonly Promised[];
  readonly stories: readonly Story[];
  readonly ledger: readonly LedgerEntry[];
  readonly incidents: readonly Incident[];
}

/** Clocks of one machine, read by different processes, and timers that fire late. */
const toleranceMs = 150;

/** The operation behind a line of the ledger: our reference, or the key, which is the operation's id. */
function operationIdOf(entry: LedgerEntry): string | null {
  return entry.operation_id ?? entry.idempotency_key;
}

/** Reckons. */
export function reckon({ promised, stories, ledger, incidents }: Evidence): Reckoning {
  const creating = new Set(subjects.map(({ operation }) => operation));
  const lines = ledger.filter((entry) => creating.has(entry.operation));
  const owners = new Map(
    stories.map(({ operation }) => [`${operation.operation} ${operation.providerId}`, operation.id]),
  );
  // Equal operations in doubt are settled one match each, whichever was meant: what happened is its owner's.
  const effects = Map.groupBy(
    lines.filter((entry) => entry.type === "effect"),
    (effect) => owners.get(`${effect.operation} ${effect.id}`) ?? operationIdOf(effect),
  );
  const requests = Map.groupBy(
    lines.filter((entry) => entry.type === "request"),
    operationIdOf,
  );
  const storyOf = new Map(stories.map((story) => [story.operation.id, story]));
  const faults: Fault[] = [];
  const rows = subjects.map(({ doubt }): Row => {
    const tally = { sentOnce: 0, doubts: 0, resolved: 0, parkedAsDoubt: 0, requests: 0 };
    const parked: Record<string, number> = {};
    const mine = promised.filter((each) => each.doubt === doubt);
    const found: Fault[] = [];
    for (const { id } of mine) {
      const story = storyOf.get(id);
      const done = effects.get(id) ?? [];
      const asked = requests.get(id) ?? [];
      tally.requests += asked.length;
      if (story === undefined) {
        found.push({ kind: "lost", operationId: id, message: "was promised, and the store does not know it" });
        continue;
      }
      const lostAnswers = story.attempts.filter((attempt) => isLost(attempt, asked));
      found.push(...faultsOf(story, done, asked, lostAnswers, incidents, doubt));
      const { state, parkedReason } = story.operation;
      const inDoubt = isInDoubt(story.operation);
      if (state === "parked" && !inDoubt) parked[parkedReason ?? "?"] = (parked[parkedReason ?? "?"] ?? 0) + 1;
      if (isSent(state) && done.length === 1) tally.sentOnce += 1;
      if (inDoubt) tally.parkedAsDoubt += 1;
      if (lostAnswers.length > 0) tally.doubts += 1;
      if (lostAnswers.length > 0 && !inDoubt) tally.resolved += 1;
    }
    faults.push(...found);
    const count = (kind: Fault["kind"]): number => found.filter((fault) => fault.kind === kind).length;
    const duplicates = found.filter(({ kind }) => kind === "duplicate").length;
    return { doubt, promised: mine.length, ...tally, parked, lost: count("lost"), duplicates };
  });
  faults.push(...inventions(promised, effects), ...strangers(promised, stories));
  return { rows, faults };
}

/** On a person's desk as something that may have happened; what kills its workers too often is there as poison. */
function isInDoubt({ state, parkedReason, failure }: OperationRecord): boolean {
  return state === "parked" && (parkedReason === "doubt" || failure?.execution === "unknown");
}

const isSent = (state: string): boolean => state === "accepted" || state === "delivered" || state === "undelivered";

/** Whether no whole answer of the provider to this attempt reached anybody who wrote it down. */
function isLost(attempt: AttemptRecord, asked: readonly RequestEntry[]): boolean {
  if (attempt.outcome === "ambiguous" || attempt.outcome === null) return true;
  // Closed by evidence from elsewhere: the answer itself never came.
  return attempt.status === null && attempt.outcome === "accepted" && !asked.some(isConclusive);
}

/** The provider answered, whole, and says what it did. */
function isConclusive({ answer }: RequestEntry): boolean {
  return answer !== null && answer.ending === "answer" && answer.status !== null && answer.status < 500;
}

function faultsOf(
  { operation, attempts }: Story,
  done: readonly EffectEntry[],
  asked: readonly RequestEntry[],
  lostAnswers: readonly AttemptRecord[],
  incidents: readonly Incident[],
  doubt: DoubtClass,
): readonly Fault[] {
  const faults: Fault[] = [];
  const complain = (kind: Fault["kind"], message: string): void => {
    faults.push({ kind, operationId: operation.id, message });
  };
  const { state, parkedReason } = operation;
  if (!["accepted", "delivered", "undelivered", "parked"].includes(state)) complain("unsettled", `ended as ${state}`);
  if (done.length > 1) complain("duplicate", `happened ${done.length} times: ${done.map(({ id }) => id).join(", ")}`);
  if (done.length === 0 && isSent(state)) complain("lost", `is ${state}, but never happened`);
  if (done.length > 0 && state === "parked" && !isInDoubt(operation))
    complain("lost", `is parked as ${parkedReason}, which says it did not happen; it did, as ${done[0]?.id}`);
  if (new Set(asked.map(({ body_sha256: digest }) => digest)).size > 1)
    complain("changed", "was sent with different bytes");
  if (new Set(asked.map(({ idempotency_key: key }) => key)).size > 1)
    complain("changed", "was sent with different keys");
  if (doubt === "neither" || doubt === "at most once") {
    const early = asked.slice(0, -1).filter((request) => !isConclusive(request));
    if (early.length > 0) complain("blind", `was sent again after ${early.length} lost answer(s) of the provider`);
  }
  if (isInDoubt(operation)) {
    const explained = lostAnswers.some((attempt) => causeOf(attempt, asked, incidents) !== null);
    if (!explained) complain("unexplained", `is parked as doubt, and ${attempts.length} answer(s) arrived`);
  }
  return faults;
}

/** Why the answer to an attempt was lost, by the ledger and by what was done to the processes; null: no reason. */
function causeOf(
  attempt: AttemptRecord,
  asked: readonly RequestEntry[],
  incidents: readonly Incident[],
): "answer" | "incident" | null {
  const from = attempt.startedAt - toleranceMs;
  const to = (attempt.endedAt ?? Infinity) + toleranceMs;
  const within = asked.filter(({ at }) => at >= from && at <= to);
  if (within.some((request) => !isConclusive(request))) return "answer";
  const hit = incidents.some((incident) => incident.blow !== "storm" && incident.from <= to && incident.to >= from);
  return hit ? "incident" : null;
}

/** Effects that belong to nothing that was promised. */
function inventions(
  promised: readonly Promised[],
  effects: ReadonlyMap<string | null, readonly EffectEntry[]>,
): readonly Fault[] {
  const known = new Set<string | null>(promised.map(({ id }) => id));
  return [...effects].flatMap(([id, found]): readonly Fault[] =>
    known.has(id)
      ? []
      : [{ kind: "invented", operationId: id, message: `happened ${found.length} time(s), and nobody asked for it` }],
  );
}

/** Operations the application never heard of: everything is promised in the end, so there must be none. */
function strangers(promised: readonly Promised[], stories: readonly Story[]): readonly Fault[] {
  const known = new Set(promised.map(({ id }) => id));
  return stories
    .filter(({ operation }) => !known.has(operation.id))
    .map(({ operation }) => ({ kind: "invented", operationId: operation.id, message: "is in the store unasked" }));
}
