import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Call, Received } from "../fake.ts";
import { armFaults } from "./engine.ts";
import type { FaultEngine, Plan } from "./engine.ts";
import type { FaultRule } from "./rules.ts";

const received = (at: number, key?: string): Received => ({
  at,
  method: "POST",
  path: "/",
  search: "",
  headers: key === undefined ? {} : { "idempotency-key": key },
  body: Buffer.alloc(0),
});
const call = (over: Partial<Call> = {}): Call => ({
  operation: "messages.create",
  to: "+15551234567",
  from: "+15005550006",
  operationId: null,
  perform: () => ({ status: 201, headers: {}, body: "" }),
  ...over,
});
const ask = (engine: FaultEngine, over: Partial<Call> = {}, at = 0, key?: string): Plan =>
  engine.plan("twilio", call(over), received(at, key));
const firing = (engine: FaultEngine, times: number, over: Partial<Call> = {}): boolean[] =>
  Array.from({ length: times }, () => ask(engine, over).rule !== null);
const hang = { hang: true };

describe("selection", () => {
  test("nth names positions among the requests the other conditions select", () => {
    const engine = armFaults([{ when: { operation: "messages.create", nth: [1, 3] }, do: hang }], 1, 0);
    expect(ask(engine, { operation: "messages.list" }).rule).toBeNull();
    expect(firing(engine, 4)).toEqual([true, false, true, false]);
  });

  test("every repeats, and per counts for each value by itself", () => {
    expect(firing(armFaults([{ when: { every: 2 }, do: hang }], 1, 0), 4)).toEqual([false, true, false, true]);
    const each = armFaults([{ when: { nth: 1, per: "to" }, do: hang }], 1, 0);
    expect([...firing(each, 2), ...firing(each, 2, { to: "+15550000000" })]).toEqual([true, false, true, false]);
  });

  test.each<[FaultRule["when"], Partial<Call>, boolean]>([
    [{ operation: "messages.*" }, {}, true],
    [{ operation: ["calls.create", "messages.create"] }, {}, true],
    [{ operation: "calls.*" }, {}, false],
    [{ to: "+1555*" }, {}, true],
    [{ to: "+1555" }, {}, false],
    [{ to: "+1555*" }, { to: null }, false],
    [{ from: "+15005550006" }, {}, true],
    [{ provider: "noticia" }, {}, false],
    [{ idempotency_key: "k" }, {}, false],
  ])("%j selects %j: %s", (when, over, expected) => {
    expect(ask(armFaults([{ when: when ?? {}, do: hang }], 1, 0), over).rule === 0).toBe(expected);
  });

  test("between is an outage, counted from the moment the rules were set", () => {
    const engine = armFaults([{ when: { between: ["1s", "2s"] }, do: hang }], 1, 5_000);
    expect([5_999, 6_000, 6_999, 7_000].map((at) => ask(engine, {}, at).rule)).toEqual([null, 0, 0, null]);
  });
});

describe("the seed", () => {
  const draw = (seed: number): boolean[] => firing(armFaults([{ when: { share: 0.3 }, do: hang }], seed, 0), 200);

  test("the same seed gives the same faults for the same sequence; another one gives others", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(draw(seed)).toEqual(draw(seed));
      }),
      { numRuns: 20 },
    );
    expect(draw(1)).not.toEqual(draw(2));
  });

  test("a share is a share", () => {
    const fired = firing(armFaults([{ when: { share: 0.1 }, do: hang }], 7, 0), 20_000).filter(Boolean).length;
    expect(fired).toBeGreaterThan(1_800);
    expect(fired).toBeLessThan(2_200);
  });

  test("a rule at the end changes nothing for the rules before it", () => {
    const rules: FaultRule[] = [{ when: { share: 0.3 }, do: { status: 500 } }];
    const alone = armFaults(rules, 3, 0);
    const more = armFaults([...rules, { when: { share: 0.5 }, do: hang }], 3, 0);
    const first = (engine: FaultEngine): boolean[] => Array.from({ length: 100 }, () => ask(engine).rule === 0);
    expect(first(more)).toEqual(first(alone));
  });
});

describe("what a rule implies", () => {
  test.each<[FaultRule["do"], boolean]>([
    [{ status: 503 }, false],
    [{ status: 500, accept: true }, true],
    [{ status: 302 }, false],
    [{ status: 200, body: "ok" }, true],
    [{ html: true }, true],
    [{ html: true, status: 502 }, false],
    [{ truncate: 4 }, true],
    [{ reset: "before-accept" }, false],
    [{ reset: "after-accept" }, true],
    [{ hang: true }, false],
    [{ hang: true, accept: true }, true],
    [{ hang: true, accept_delay: "1s" }, true],
    [{ accept: false, body: "lost" }, false],
  ])("%j: the effect takes place: %s", (what, accept) => {
    expect(ask(armFaults([{ do: what }], 1, 0))).toMatchObject({ accept, rule: 0 });
  });

  test("slowness adds up and does not hide the rule after it", () => {
    const engine = armFaults([{ do: { delay: "1s" } }, { do: { delay: 500 } }, { do: { status: 500 } }], 1, 0);
    expect(ask(engine)).toMatchObject({ rule: 2, delayMs: 1_500 });
  });
});

describe("the limiter", () => {
  const limited = (limit: NonNullable<FaultRule["do"]["rate_limit"]>): FaultEngine =>
    armFaults([{ do: { rate_limit: limit } }], 1, 0);

  test("lets through what the rate allows, refuses the rest, refills", () => {
    const engine = limited({ per_second: 2, retry_after: true });
    const plans = [0, 0, 0, 400, 500, 500].map((at) => ask(engine, {}, at));
    expect(plans.map((plan) => plan.rule)).toEqual([null, null, 0, 0, null, 0]);
    expect(plans[2]).toMatchObject({ accept: false, retryAfter: "1", fault: { status: 429 } });
  });

  test("never lets more through in a second than burst and rate together", () => {
    const times = fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 20 }), (ats, rate) => {
        const engine = limited({ per_second: rate });
        const passed = ats.toSorted((a, b) => a - b).filter((at) => ask(engine, {}, at).rule === null).length;
        expect(passed).toBeLessThanOrEqual(2 * rate);
        expect(passed).toBeGreaterThanOrEqual(Math.min(ats.length, rate));
      }),
    );
  });

  test("concurrency counts what is under way and gives places back once", () => {
    const engine = limited({ concurrency: 1, retry_after: "Wed, 21 Oct 2026 07:28:00 GMT" });
    const first = ask(engine);
    expect(ask(engine)).toMatchObject({ rule: 0, retryAfter: "Wed, 21 Oct 2026 07:28:00 GMT" });
    first.release();
    first.release();
    expect(ask(engine).rule).toBeNull();
    expect(ask(engine).rule).toBe(0);
  });

  test("per sender, each has its own", () => {
    const engine = armFaults([{ when: { per: "from" }, do: { rate_limit: { per_second: 1 } } }], 1, 0);
    expect([ask(engine).rule, ask(engine).rule, ask(engine, { from: "+1" }).rule]).toEqual([null, 0, null]);
  });
});
