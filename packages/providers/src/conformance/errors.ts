/** Rules of the error table: every row is documented, consistent in itself, and found in the provider's own envelope. */
import type { ErrorEntry, Outcome, OutcomeType, Provider } from "@landline/core";
import { classify, explain } from "@landline/core";
import type { ConformanceCase } from "./case.ts";
import { must, mustBeGuidance, mustEqual } from "./case.ts";
import type { ConformanceSubject } from "./subject.ts";

const now = 1_780_000_000_000;

/** Cases for the table. */
export function errorCases(subject: ConformanceSubject): readonly ConformanceCase[] {
  const provider = subject.create();
  return [
    ...[...provider.errors].flatMap(([code, entry]) => [
      { name: `error ${code}: is documented and does not contradict itself`, run: () => checkEntry(code, entry) },
      {
        name: `error ${code}: is found in an answer and judged as its row says`,
        run: () => checkFound(subject, provider, entry),
      },
    ]),
    {
      name: "an unknown code is read as its HTTP status, and called unknown",
      run() {
        for (const status of [400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 504]) {
          const body = subject.errorBody(subject.unknownCode, "words of the provider");
          const known = judge(provider, status, body);
          const bare = classify(
            { type: "response", status, headers: {}, body: "", complete: true, at: now },
            null,
            create,
            now,
          );
          const expected = status < 500 ? judge(provider, status, "").type : bare.type;
          mustEqual(known.type, expected, `status ${status} must decide`);
          const failure = explain(provider, { status, body }, now);
          must(
            failure.guidance.includes(subject.unknownCode),
            "an explanation must say that the code is unknown",
            failure.guidance,
          );
        }
      },
    },
  ];
}

const create = {
  family: "conformance",
  effect: "create",
  doubt: "lookup",
  keyLifetimeMs: null,
  lookupSettleMs: 0,
  ordered: false,
} as const;

function judge(provider: Provider, status: number, body: string): Outcome {
  const observation = { type: "response", status, headers: {}, body, complete: true, at: now } as const;
  return classify(observation, provider.explain(observation, now), create, now);
}

function checkEntry(code: string, entry: ErrorEntry): void {
  mustEqual(entry.code, code, "a row stands under its own code");
  must(entry.meaning.trim() !== "", "a row must say what the code means");
  mustBeGuidance(entry.guidance, "guidance");
  must(entry.docs.startsWith("https://"), "a row must link to a page", entry.docs);
  must(
    entry.source !== "" && /^\d{4}-\d{2}-\d{2}$/.test(entry.read),
    "a row must name its source and when it was read",
    entry,
  );
  must(entry.arrives !== "async" || entry.status === null, "what never comes as an answer has no status", entry);
  if (entry.optedOut === true) {
    must(
      entry.retry === "never" && entry.otherChannel === "no" && entry.kind === "recipient_blocked",
      "an opt-out holds for ever and everywhere",
      entry,
    );
  }
  if (entry.blocksAccount === true)
    must(entry.retry === "never" || entry.retry === "after_refresh", "a refused account is not tried again", entry);
  if (entry.retry === "soon")
    must(entry.execution === "not_executed", "only what was not executed is repeated soon", entry);
  if (entry.execution === "unknown")
    must(
      entry.retry === "reconcile" && entry.otherChannel === "no",
      "doubt is reconciled, and no other channel is used meanwhile",
      entry,
    );
  if (entry.retry === "reconcile")
    must(entry.execution === "unknown" && entry.remedy === "reconcile", "only doubt is reconciled", entry);
  if (entry.kind === "invalid_request")
    must(entry.remedy !== "retry" || entry.arrives === "async", "a wrong request does not get better", entry);
  if (entry.remedy === "other_channel")
    must(entry.otherChannel !== "no", "another channel cannot help where none is sensible", entry);
  if (entry.remedy === "wait" || entry.wait !== undefined)
    must(entry.retry !== "never" || entry.responsible === "operator", "waiting helps only what is tried again", entry);
  if (entry.wait?.type === "delay") must(entry.wait.ms > 0, "a wait must last", entry);
}

function checkFound(subject: ConformanceSubject, provider: Provider, entry: ErrorEntry): void {
  if (entry.arrives === "async" || entry.arrives === "warning") return;
  const status = entry.status ?? 400;
  const body = subject.errorBody(entry.code, "words of the provider");
  const reading = provider.explain({ type: "response", status, headers: {}, body, complete: true, at: now }, now);
  mustEqual(reading.code, entry.code, "the code must be found in the envelope");
  mustEqual(reading.entry?.code, entry.code, "the row of the code must be found");
  const outcome = judge(provider, status, body);
  mustEqual(outcome.type, expectedOf(entry), "the outcome must be the row's");
  must(
    outcome.type !== "accepted" && outcome.failure.kind === entry.kind && outcome.failure.docs === entry.docs,
    "the failure must be the row's",
    outcome,
  );
}

function expectedOf(entry: ErrorEntry): OutcomeType {
  if (entry.execution === "unknown") return "ambiguous";
  switch (entry.retry) {
    case "never":
    case "later":
    case "after_refresh":
      return "rejected";
    case "soon":
      return entry.kind === "rate_limited" ? "throttled" : "unavailable";
    case "reconcile":
      return "ambiguous";
    default:
      return entry.retry satisfies never;
  }
}
