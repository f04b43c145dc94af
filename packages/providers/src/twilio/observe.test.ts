import type { ErrorEntry, Outcome, Reading, ResponseObservation } from "@landline/core";
import { classify, explain } from "@landline/core";
import { describe, expect, test } from "vitest";
import { twilio } from "./provider.ts";

const hex32 = "0123456789abcdef0123456789abcdef";
const { operations, ...provider } = twilio({ accountSid: `AC${hex32}`, authToken: "secret-token" });
const create = operations["messages.create"];
const input = { To: "+15551234567", From: "+15005550006", Body: "x" };
const now = Date.UTC(2026, 0, 15, 12);

const response = (status: number, body: unknown, headers: Record<string, string> = {}): ResponseObservation => ({
  type: "response",
  status,
  headers,
  body: typeof body === "string" ? body : JSON.stringify(body),
  complete: true,
  at: now,
});
const read = (status: number, body: unknown, headers?: Record<string, string>): Reading =>
  create.observe(response(status, body, headers), input, now);
const judge = (
  status: number,
  body: unknown,
  headers?: Record<string, string>,
  operation = create as (typeof operations)[keyof typeof operations],
): Outcome => {
  const seen = response(status, body, headers);
  return classify(seen, operation.observe(seen, input as never, now), operation.traits, now);
};

describe("an answer", () => {
  test("is accepted with a message's identifier, its status and its request id", () => {
    const outcome = judge(
      201,
      { sid: `SM${hex32}`, status: "queued", error_code: null },
      { "twilio-request-id": "RQ1", "twilio-concurrent-requests": "7" },
    );
    expect(outcome).toMatchObject({
      type: "accepted",
      providerId: `SM${hex32}`,
      providerStatus: "queued",
      requestId: "RQ1",
      status: 201,
    });
    expect(read(201, { sid: `MM${hex32}` }, { "twilio-concurrent-requests": "7" }).concurrency).toBe(7);
  });

  test.each([
    ["a call's identifier", { sid: `CA${hex32}` }],
    ["a short identifier", { sid: "SM123" }],
    ["no identifier", { status: "queued" }],
    ["an error inside", { code: 21211, message: "x" }],
    ["a list", [{ sid: `SM${hex32}` }]],
    ["a page", "<html>welcome</html>"],
    ["a cut body", `{"sid":"SM${hex32}","sta`],
    ["nothing", ""],
  ])("of 201 with %s is doubt", (_name, body) => {
    expect(judge(201, body)).toMatchObject({
      type: body instanceof Object && "code" in body ? "rejected" : "ambiguous",
    });
  });

  test.each([
    [
      "the 2010 envelope",
      {
        code: 21211,
        message: "Invalid 'To' Phone Number: +1555",
        more_info: "https://www.twilio.com/docs/errors/21211",
        status: 400,
      },
      { code: "21211", field: "To", message: "Invalid 'To' Phone Number: +1555" },
    ],
    ["a code written as text", { code: "21211", message: "x" }, { code: "21211", field: "To" }],
    [
      "RFC 9457",
      {
        type: "https://x",
        title: "Invalid",
        status: 400,
        detail: "The value is wrong",
        code: 20422,
        errors: [{ detail: "must be x", pointer: "#/friendlyName" }],
      },
      { code: "20422", field: "friendlyName", message: "Invalid: The value is wrong" },
    ],
    [
      "Monitor",
      { code: 20404, message: "not found", user_error: true, http_status_code: 404, params: {} },
      { code: "20404", message: "not found" },
    ],
    [
      "the bulk list",
      { errors: [{ code: 20422, message: "bad", infoUrl: "x", context: {} }] },
      { code: "20422", message: "bad" },
    ],
    [
      "XML",
      "<?xml version='1.0'?><TwilioResponse><RestException><Code>21610</Code><Message>a &lt;b&gt; &amp;amp;</Message><Status>400</Status></RestException></TwilioResponse>",
      { code: "21610", field: "To", message: "a <b> &amp;" },
    ],
    ["no code", { message: "words", status: 400 }, { code: null, message: "words", shape: "api" }],
    ["a code of null", { code: null, message: null }, { code: null, message: null, shape: "http" }],
    ["HTML", "<html>400</html>", { code: null, message: null, shape: "http", entry: null }],
  ])("in %s says what it says", (_name, body, expected) => {
    expect(read(400, body, { "twilio-request-id": "RQ2" })).toMatchObject({
      accepted: null,
      requestId: "RQ2",
      ...expected,
    });
  });

  test.each([
    [
      400,
      21211,
      "rejected",
      {
        kind: "invalid_request",
        execution: "not_executed",
        remedy: "fix_request",
        responsible: "caller",
        category: "A",
      },
    ],
    [400, 21610, "rejected", { kind: "recipient_blocked", remedy: "none", responsible: "recipient" }],
    [401, 20003, "rejected", { kind: "authentication", category: "B", remedy: "fix_account", responsible: "operator" }],
    [403, 20006, "rejected", { kind: "authorization", category: "C" }],
    [404, 20404, "rejected", { kind: "not_found", remedy: "fix_account", responsible: "operator" }],
    [
      429,
      20429,
      "throttled",
      { kind: "rate_limited", category: "D", execution: "not_executed", remedy: "retry", responsible: "provider" },
    ],
    [429, 21611, "rejected", { kind: "quota", execution: "not_executed", remedy: "wait" }],
    [429, 60202, "rejected", { kind: "quota" }],
    [429, 60203, "rejected", { kind: "quota" }],
    [429, 60212, "throttled", { kind: "rate_limited" }],
    [500, 20500, "ambiguous", { execution: "unknown", remedy: "reconcile" }],
    [503, 20503, "ambiguous", { execution: "unknown", remedy: "reconcile" }],
    [400, 30410, "ambiguous", { execution: "unknown" }],
    [400, 30003, "rejected", { execution: "not_executed" }],
    [500, 30008, "ambiguous", { execution: "unknown" }],
    [201, 30008, "ambiguous", { execution: "unknown" }],
    [400, 99999, "rejected", { kind: "invalid_request", code: "99999" }],
    [429, 99999, "throttled", { kind: "rate_limited" }],
    [500, 99999, "ambiguous", { execution: "unknown" }],
  ] as const)("of %i with code %i is %s", (status, code, type, failure) => {
    expect(judge(status, { code, message: "words", status })).toMatchObject({ type, failure });
  });

  test("of an opt-out and of a refused account says so", () => {
    expect(judge(400, { code: 21610 })).toMatchObject({ optedOut: true, blocksAccount: false });
    expect(judge(401, { code: 20003 })).toMatchObject({ optedOut: false, blocksAccount: true });
  });

  test("404 without a code means the account on a create, and the named thing on a change", () => {
    for (const body of ["", "<html>", { code: 20404 }]) {
      expect(judge(404, body)).toMatchObject({
        type: "rejected",
        failure: { kind: "not_found", remedy: "fix_account", responsible: "operator" },
      });
      expect(judge(404, body, {}, operations["messages.cancel"])).toMatchObject({
        failure: { remedy: "fix_request", responsible: "caller" },
      });
    }
  });

  test("carries the wait that was asked for, in either form", () => {
    expect(judge(429, { code: 20429 }, { "retry-after": "7" })).toMatchObject({
      type: "throttled",
      retryAt: now + 7_000,
    });
    expect(judge(429, "", { "retry-after": new Date(now + 9_000).toUTCString() })).toMatchObject({
      type: "throttled",
      retryAt: now + 9_000,
    });
    expect(judge(503, "", { "retry-after": "30" })).toMatchObject({ type: "ambiguous", retryAt: now + 30_000 });
  });

  test("of a full queue or a daily cap names when it may be tried again", () => {
    expect(judge(429, { code: 21611 })).toMatchObject({
      failure: { retryAt: new Date(now + 3_600_000).toISOString() },
    });
    expect(judge(400, { code: 63018 })).toMatchObject({
      failure: { retryAt: new Date(now + 86_400_000).toISOString() },
    });
    // Midnight in Los Angeles, in winter: 08:00 UTC.
    expect(judge(400, { code: 30023 })).toMatchObject({ failure: { retryAt: "2026-01-16T08:00:00.000Z" } });
    // And in summer: 07:00 UTC.
    const july = Date.UTC(2026, 6, 15, 12);
    const seen = { ...response(400, { code: 30027 }), at: july };
    expect(classify(seen, create.observe(seen, input, july), create.traits, july)).toMatchObject({
      failure: { retryAt: "2026-07-16T07:00:00.000Z" },
    });
  });
});

/** Every code that Twilio's pages make important for messages, calls and verifications. */
const important =
  "20001 20003 20005 10001 20006 20008 20009 20404 20409 20422 20429 20500 20503 20504 30500 10004 21201 21604 21205 21609 21211 21212 21214 21215 21216 21408 21602 21619 21603 21606 21608 21219 21264 21610 21611 21612 21614 21617 21620 21623 21635 21655 21656 21659 21660 21661 21701 21703 21704 21705 30001 30002 30003 30004 30005 30006 30007 30008 30010 30011 30017 30018 30024 30040 30041 30019 30020 30021 30022 30023 30027 30032 30033 30034 30035 30036 30037 30038 30039 30410 30450 30453 30485 30454 30630 60200 60202 60203 60205 60212 60238 60410 63001 63003 63024 63005 63021 63007 63009 63010 63012 63013 63014 63015 63016 63017 63018 63019 63027 63028 63032 63033 63049 63036 63038 63040 63041 63042 63051 63112 11200 11205 11220 30610 30615 30620 90028".split(
    " ",
  );

describe("the table", () => {
  test("has every important code, once", () => {
    expect(important.filter((code) => !provider.errors.has(code))).toEqual([]);
    expect(new Set(important).size).toBe(important.length);
  });

  /** Who must act, whether it was done, whether a repeat helps, whether another channel does: held against the pages row by row. */
  test.each([
    ["operator, not_executed, never, yes", "10001 20003 20005 21215 21408 21612 63007"],
    ["nobody, not_executed, soon, yes", "10004"],
    ["caller, executed, never, no", "11200 11205 11220 20001 30005 30007 30019 30039 63015"],
    [
      "operator, not_executed, never, no",
      "20006 20404 21212 21216 21219 21264 21606 21608 21659 21660 21661 21701 21703 21704 21705 60238",
    ],
    [
      "caller, not_executed, never, no",
      "20008 20422 20423 21201 21205 21211 21602 21603 21604 21609 21617 21619 21620 21623 21655 21656 32018 60200 60300 90028",
    ],
    ["caller, not_executed, later, no", "20009 20409"],
    ["provider, not_executed, soon, no", "20429"],
    ["provider, unknown, reconcile, no", "20500 20503 30410"],
    ["provider, executed, later, yes", "20504 30008 30017 30020 30021 30500 63009 63010 63012"],
    ["recipient, not_executed, never, yes", "21214"],
    ["recipient, not_executed, never, no", "21610"],
    ["operator, not_executed, later, yes", "21611"],
    ["caller, not_executed, never, yes", "21614 21635 60205"],
    ["operator, executed, later, yes", "30001 30023 30027 30035 63018 63038 63041"],
    [
      "operator, executed, never, yes",
      "30002 30018 30024 30033 30034 30037 30038 30040 30041 63001 63040 63042 63051 63112",
    ],
    ["recipient, executed, later, yes", "30003"],
    ["recipient, executed, never, consent", "30004 63014 63032 63033"],
    ["caller, executed, never, yes", "30006 30011 30036 63005 63016 63021 63027 63028"],
    ["operator, executed, never, no", "30010 30032 30453 30485 30610 30615 30620 60410 63013"],
    ["operator, executed, later, no", "30022 30450 30454 63017"],
    ["recipient, executed, never, no", "30630"],
    ["recipient, not_executed, later, no", "60202 60203"],
    ["nobody, not_executed, soon, no", "60212"],
    ["recipient, executed, never, yes", "63003 63024 63036"],
    ["caller, executed, later, no", "63019"],
    ["recipient, executed, later, consent", "63049"],
  ])("says %s of these, and of no others", (facts, codes) => {
    const same = [...provider.errors.values()].filter(
      ({ responsible, execution, retry, otherChannel }) =>
        `${responsible}, ${execution}, ${retry}, ${otherChannel}` === facts,
    );
    expect(same.map(({ code }) => code)).toEqual(codes.split(" "));
  });

  test("lets nobody who opted out be reached by another way", () => {
    const optedOut = [...provider.errors.values()]
      .filter((entry: ErrorEntry) => entry.optedOut === true)
      .map((entry) => entry.code);
    expect(optedOut).toEqual(["21610", "30630"]);
  });

  test("stops an account only where the account itself is refused", () => {
    const blocking = [...provider.errors.values()]
      .filter((entry) => entry.blocksAccount === true)
      .map((entry) => entry.code);
    expect(blocking).toEqual(["10001", "20003", "20005", "30002"]);
  });

  test("lets nothing be repeated soon but what was throttled", () => {
    const soon = [...provider.errors.values()].filter((entry) => entry.retry === "soon").map((entry) => entry.code);
    expect(soon).toEqual(["10004", "20429", "60212"]);
  });

  test("explains a code by itself and inside a pasted answer", () => {
    expect(explain(provider, { code: 21610 }, now)).toMatchObject({
      kind: "recipient_blocked",
      docs: "https://www.twilio.com/docs/errors/21610",
    });
    expect(explain(provider, { status: 429, body: '{"code":21611}' }, now)).toMatchObject({
      kind: "quota",
      execution: "not_executed",
    });
    expect(explain(provider, { status: 400, body: '{"code":99999}' }, now).guidance).toContain("unknown");
  });
});
