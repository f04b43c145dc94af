import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Candidate } from "./provider.ts";
import type { ReconcileState } from "./reconcile.ts";
import { absenceCountsFrom, lookFailed, reconcileStep, weigh } from "./reconcile.ts";

const start = Date.UTC(2026, 0, 1);
const none: ReadonlySet<string> = new Set();

const candidate = (providerId: string, createdAt: number | null): Candidate => ({
  providerId,
  createdAt,
  providerStatus: "queued",
  code: null,
  value: null,
});

describe("weigh", () => {
  test("nothing there is absent", () => {
    expect(weigh([], start, 0, none)).toEqual({ type: "absent" });
  });

  test("one match since the attempt is found, to the resolution of provider lists", () => {
    for (const offset of [-2_000, -1_999, 0, 60_000]) {
      const one = candidate("SM1", start + offset);
      expect(weigh([one], start, 0, none)).toEqual({ type: "found", candidate: one });
    }
  });

  test("one that is a little older decides nothing, one that is much older is another's", () => {
    for (const offset of [-2_001, -32_000]) {
      expect(weigh([candidate("SM1", start + offset)], start, 0, none)).toEqual({
        type: "unclear",
        because: "an equal message (SM1) exists but cannot be dated to this attempt",
      });
    }
    expect(weigh([candidate("SM1", start - 32_001)], start, 0, none)).toEqual({ type: "absent" });
  });

  test("the provider's clock is believed about its own dates", () => {
    const one = candidate("SM1", start + 60_000);
    expect(weigh([one], start, 60_000, none).type).toBe("found");
    expect(weigh([one], start, 62_000, none).type).toBe("found");
    expect(weigh([one], start, 62_001, none).type).toBe("unclear");
    expect(weigh([candidate("SM1", start - 60_000)], start, -60_000, none).type).toBe("found");
  });

  test("what belongs to another operation does not count", () => {
    expect(weigh([candidate("SM1", start)], start, 0, new Set(["SM1"]))).toEqual({ type: "absent" });
    expect(weigh([candidate("SM1", start), candidate("SM2", start)], start, 0, new Set(["SM1"]))).toMatchObject({
      type: "found",
      candidate: { providerId: "SM2" },
    });
    expect(weigh([candidate("SM1", null)], start, 0, new Set(["SM1"]))).toEqual({ type: "absent" });
  });

  test("more matches than attempts: which one is this cannot be told", () => {
    expect(weigh([candidate("SM1", start), candidate("SM2", start + 5)], start, 0, none)).toEqual({
      type: "unclear",
      because: "more equal messages than attempts were created (1 too many); which one is this cannot be told",
    });
  });

  test("one too many at the very edge counts", () => {
    expect(weigh([candidate("SM1", start - 2_000), candidate("SM2", start - 2_000)], start, 0, none).type).toBe(
      "unclear",
    );
  });

  test("one without a date makes all of it unclear", () => {
    expect(weigh([candidate("SM1", start), candidate("SM2", null)], start, 0, none)).toEqual({
      type: "unclear",
      because: "an equal message (SM2) exists but cannot be dated to this attempt",
    });
  });

  test("an older equal message does not spoil a match", () => {
    expect(weigh([candidate("SM0", start - 10_000), candidate("SM1", start)], start, 0, none)).toMatchObject({
      type: "found",
      candidate: { providerId: "SM1" },
    });
  });

  describe("rivals in doubt at once", () => {
    const sm1 = candidate("SM1", start + 100);
    const sm2 = candidate("SM2", start + 200);
    const before = { startedAt: start, before: true };
    const after = { startedAt: start, before: false };

    test("each is given one match, in order", () => {
      for (const list of [
        [sm1, sm2],
        [sm2, sm1],
      ]) {
        expect(weigh(list, start, 0, none, [after])).toEqual({ type: "found", candidate: sm1 });
        expect(weigh(list, start, 0, none, [before])).toEqual({ type: "found", candidate: sm2 });
      }
      const twin = candidate("SM0", start + 100);
      expect(weigh([sm1, twin], start, 0, none, [after])).toEqual({ type: "found", candidate: twin });
      expect(weigh([twin, sm1], start, 0, none, [before])).toEqual({ type: "found", candidate: sm1 });
    });

    test("the one without a match goes on as absent", () => {
      expect(weigh([sm1], start, 0, none, [before])).toEqual({ type: "absent" });
      expect(weigh([sm1], start, 0, none, [after])).toEqual({ type: "found", candidate: sm1 });
    });

    test("a rival that started later cannot have made an earlier match", () => {
      expect(weigh([sm1], start, 0, none, [{ startedAt: start + 10_000, before: true }])).toEqual({
        type: "found",
        candidate: sm1,
      });
    });

    test("still one too many is unclear", () => {
      const list = [sm1, sm2, candidate("SM3", start + 300)];
      expect(weigh(list, start, 0, none, [before]).type).toBe("unclear");
      expect(weigh(list, start, 0, none, [after]).type).toBe("unclear");
      expect(weigh(list, start, 0, none, [before, after]).type).toBe("found");
    });

    test("no match is ever given to two", () => {
      const offsets = fc.uniqueArray(fc.nat(50_000), { minLength: 1, maxLength: 5 });
      fc.assert(
        fc.property(offsets, fc.uniqueArray(fc.nat(50_000), { maxLength: 5 }), (starts, created) => {
          const ordered = starts.toSorted((left, right) => left - right);
          const list = created.map((at, index) => candidate(`SM${index}`, start + at));
          const findings = ordered.map((own, index) =>
            weigh(
              list,
              start + own,
              0,
              none,
              ordered.flatMap((other, place) =>
                place === index ? [] : [{ startedAt: start + other, before: place < index }],
              ),
            ),
          );
          const given = findings.flatMap((finding) => (finding.type === "found" ? [finding.candidate.providerId] : []));
          expect(new Set(given).size).toBe(given.length);
        }),
      );
    });
  });
});

const state: ReconcileState = { startedAt: start, answered: false, endedAt: start + 1_000, absences: 0, failures: 0 };
const times = { now: start + 30_000, attemptTimeoutMs: 15_000, settleMs: 10_000 };

describe("absenceCountsFrom", () => {
  test("an answered attempt is over; any other may run until its timeout", () => {
    expect(absenceCountsFrom({ ...state, answered: true }, 15_000, 10_000)).toBe(start + 11_000);
    expect(absenceCountsFrom(state, 15_000, 10_000)).toBe(start + 25_000);
    expect(absenceCountsFrom({ ...state, answered: true, endedAt: null }, 15_000, 10_000)).toBe(start + 25_000);
  });
});

describe("reconcileStep", () => {
  test("found is conclusive at once", () => {
    const one = candidate("SM1", start);
    expect(reconcileStep(state, { type: "found", candidate: one }, { ...times, now: start })).toEqual({
      type: "found",
      candidate: one,
      because: "the provider has it as SM1",
    });
  });

  test("absent is conclusive only twice after the settle time", () => {
    const absent = { type: "absent" } as const;
    expect(reconcileStep(state, absent, { ...times, now: start + 24_999 })).toEqual({
      type: "again",
      at: start + 25_000,
      absences: 0,
      failures: 0,
      because: "not there yet; too early to count as absent",
    });
    expect(reconcileStep({ ...state, failures: 3 }, absent, { ...times, now: start + 25_000 })).toEqual({
      type: "again",
      at: start + 35_000,
      absences: 1,
      failures: 0,
      because: "not there; looking once more after the settle time",
    });
    expect(reconcileStep({ ...state, absences: 1 }, absent, { ...times, now: start + 35_000 })).toEqual({
      type: "absent",
      because: "the provider does not have it, seen twice after the settle time",
    });
    expect(reconcileStep({ ...state, absences: 2 }, absent, times).type).toBe("absent");
    expect(reconcileStep({ ...state, absences: 1 }, absent, { ...times, now: start + 20_000 }).type).toBe("again");
  });

  test("unclear is for a person", () => {
    expect(reconcileStep(state, { type: "unclear", because: "two of them" }, times)).toEqual({
      type: "doubt",
      because: "two of them",
    });
  });

  test("looking at nothing ends as absent after exactly two counted looks", () => {
    fc.assert(
      fc.property(fc.nat(60_000), fc.nat(60_000), fc.boolean(), (attemptTimeoutMs, settleMs, answered) => {
        let now = start + 1_000 + settleMs;
        let [absences, failures] = [0, 0];
        let counted = 0;
        for (let look = 0; look < 10; look += 1) {
          const current: ReconcileState = { ...state, answered, absences, failures };
          const step = reconcileStep(current, { type: "absent" }, { now, attemptTimeoutMs, settleMs });
          if (now >= absenceCountsFrom(current, attemptTimeoutMs, settleMs)) counted += 1;
          if (step.type !== "again") break;
          expect(step.at).toBeGreaterThanOrEqual(now);
          now = step.at;
          [absences, failures] = [step.absences, step.failures];
        }
        expect(counted).toBe(2);
      }),
    );
  });
});

describe("lookFailed", () => {
  const clock = { now: start, settleMs: 10_000, giveUpAt: start + 3_600_000 };

  test("asks again more and more slowly, at most every minute", () => {
    const delays = [0, 1, 2, 3, 99].map((failures) => {
      const step = lookFailed({ ...state, absences: 1, failures }, clock, "503");
      expect(step).toMatchObject({
        type: "again",
        absences: 1,
        failures: failures + 1,
        because: "could not ask the provider: 503",
      });
      return step.type === "again" ? step.at - start : null;
    });
    expect(delays).toEqual([10_000, 20_000, 40_000, 60_000, 60_000]);
    expect(lookFailed(state, { ...clock, settleMs: 0 }, "503")).toMatchObject({ at: start + 1_000 });
  });

  test("gives up when an answer would come too late", () => {
    expect(lookFailed(state, { ...clock, giveUpAt: start + 10_000 }, "503")).toEqual({
      type: "doubt",
      because: "the provider could not be asked in time: 503",
    });
    expect(lookFailed(state, { ...clock, giveUpAt: start + 10_001 }, "503").type).toBe("again");
  });
});
