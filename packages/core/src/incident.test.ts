import { describe, expect, test } from "vitest";
import { createIncidentWatch, incidentShare, settleIncident, watchIncident } from "./incident.ts";
import type { IncidentEffect, IncidentEvent, IncidentWatch } from "./incident.ts";

const play = (
  events: readonly IncidentEvent[],
  from: IncidentWatch = createIncidentWatch("twilio"),
): { watch: IncidentWatch; effects: IncidentEffect[] } => {
  let watch = from;
  const effects: IncidentEffect[] = [];
  for (const event of events) {
    const next = watchIncident(watch, event);
    watch = next.watch;
    effects.push(...next.effects);
  }
  return { watch, effects };
};
const failures = (family: string, at: number, count = 3): IncidentEvent[] =>
  Array.from({ length: count }, (_, index) => ({ type: "failure", at: at + index, family, what: "503" }));

test("one family alone is not an incident", () => {
  const { watch, effects } = play(failures("messages", 0, 50));
  expect(watch.phase).toBe("calm");
  expect(effects).toEqual([]);
});

test("two families within the window hold everything and page once", () => {
  const { watch, effects } = play([
    ...failures("messages", 0),
    ...failures("calls", 1_000),
    ...failures("calls", 2_000),
  ]);
  expect(watch.phase).toBe("held");
  expect(effects.map((effect) => effect.type)).toEqual(["hold", "page"]);
  expect(watch.incident).toMatchObject({ provider: "twilio", startedAt: 0, families: ["messages", "calls"] });
  expect(incidentShare(watch, 1_003).share).toBe(0);
});

test("failures too far apart, or among many successes, are none", () => {
  expect(play([...failures("messages", 0), ...failures("calls", 40_000)]).watch.phase).toBe("calm");
  const busy: IncidentEvent[] = Array.from({ length: 20 }, (_, index) => ({
    type: "success",
    at: index,
    family: "calls",
  }));
  expect(play([...busy, ...failures("messages", 100), ...failures("calls", 200)]).watch.phase).toBe("calm");
});

describe("held", () => {
  const held = play([...failures("messages", 0), ...failures("calls", 1_000)]).watch;

  test("one probe at a time, later after each that fails", () => {
    expect(incidentShare(held, held.nextAt - 1).probe).toBe(false);
    expect(incidentShare(held, held.nextAt).probe).toBe(true);
    const probing = play([{ type: "probe_started", at: held.nextAt }], held).watch;
    expect(incidentShare(probing, held.nextAt + 1)).toMatchObject({ share: 0, probe: false });
    const again = play([{ type: "probe_ended", at: 10_000, ok: false }], probing).watch;
    expect(again).toMatchObject({ phase: "held", nextAt: 14_000 });
  });

  test("a good probe ramps up, and the record closes with what was held", () => {
    const ramping = play(
      [
        { type: "held", at: 2_000, operations: 7 },
        { type: "hint", at: 2_000, text: "Investigating delays" },
        { type: "probe_started", at: 4_000 },
        { type: "probe_ended", at: 5_000, ok: true },
      ],
      held,
    );
    expect(ramping.effects).toEqual([{ type: "ramp" }]);
    const shares = [5_000, 10_000, 15_000].map((at) => incidentShare(ramping.watch, at).share);
    expect(shares).toEqual([0.05, 0.5, 1]);
    expect(settleIncident(ramping.watch, 14_999).effects).toEqual([]);
    const closed = settleIncident(ramping.watch, 15_000);
    expect(closed.watch.phase).toBe("calm");
    expect(closed.effects).toMatchObject([
      { type: "close", incident: { endedAt: 15_000, operationsHeld: 7, probes: 1, hint: "Investigating delays" } },
    ]);
  });

  test("a relapse on the ramp is the same incident: held again, nobody paged", () => {
    const ramping = play(
      [
        { type: "probe_started", at: 4_000 },
        { type: "probe_ended", at: 5_000, ok: true },
      ],
      held,
    ).watch;
    const back = play([...failures("messages", 6_000), ...failures("calls", 6_100)], ramping);
    expect(back.effects.map((effect) => effect.type)).toEqual(["hold"]);
    expect(back.watch.incident?.startedAt).toBe(0);
  });
});

describe("out of turn", () => {
  const calm = createIncidentWatch("twilio");

  test("probes, holds and hints without an incident change nothing", () => {
    const { watch, effects } = play(
      [
        { type: "probe_started", at: 1 },
        { type: "probe_ended", at: 2, ok: true },
        { type: "held", at: 3, operations: 5 },
        { type: "hint", at: 4, text: "All systems operational" },
      ],
      calm,
    );
    expect(watch).toEqual(calm);
    expect(effects).toEqual([]);
  });

  test("calm lets everything pass; what comes in while it is held is not counted", () => {
    expect(incidentShare(calm, 7)).toEqual({ share: 1, probe: false, at: 7 });
    const held = play([...failures("messages", 0), ...failures("calls", 1_000)]).watch;
    const later = play([...failures("calls", 1_500), { type: "success", at: 1_600, family: "calls" }], held);
    expect(later.watch).toEqual(held);
    expect(later.effects).toEqual([]);
  });
});
