import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { explain, explainCode } from "./explain.ts";
import type { ResponseObservation, TransportObservation } from "./observation.ts";
import type { ErrorEntry, Provider, Reading } from "./provider.ts";

const now = Date.UTC(2026, 0, 1);

const invalidTo: ErrorEntry = {
  code: "21211",
  status: 400,
  arrives: "sync",
  meaning: "Invalid 'To'",
  execution: "not_executed",
  kind: "invalid_request",
  remedy: "fix_request",
  responsible: "caller",
  retry: "never",
  otherChannel: "no",
  guidance: "Correct the number.",
  docs: "https://example.com/21211",
  source: "page",
  read: "2026-01-01",
};
const unreachable: ErrorEntry = {
  ...invalidTo,
  code: "30003",
  status: null,
  arrives: "async",
  meaning: "Unreachable",
  execution: "executed",
  kind: "undelivered",
  category: "C",
  responsible: "recipient",
  guidance: "Try later.",
};
const undocumented: ErrorEntry = {
  ...invalidTo,
  code: "1",
  status: null,
  guidance: "",
  docs: "http://insecure",
  category: "C",
};

/** A provider with the plainest envelope: `{code, message, id, wait}`. */
const provider: Pick<Provider, "name" | "errors" | "explain"> = {
  name: "plain",
  errors: new Map([invalidTo, unreachable, undocumented].map((entry) => [entry.code, entry])),
  explain(observation): Reading {
    const seen = observation as ResponseObservation;
    let body: Record<string, unknown> = {};
    try {
      body = JSON.parse(seen.body) as Record<string, unknown>;
    } catch {
      // Not an envelope.
    }
    const code = typeof body["code"] === "string" || typeof body["code"] === "number" ? String(body["code"]) : null;
    return {
      shape: code === null ? "http" : "api",
      accepted: typeof body["id"] === "string" ? { providerId: body["id"], providerStatus: null, value: body } : null,
      code,
      message: typeof body["message"] === "string" ? body["message"] : null,
      field: null,
      requestId: seen.headers["x-request-id"] ?? null,
      entry: this.errors.get(code ?? "") ?? null,
      retryAfterMs: seen.headers["retry-after"] === undefined ? null : Number(seen.headers["retry-after"]) * 1_000,
    };
  },
};

describe("from a bare code", () => {
  test("a known one is read from the table, as text or number", () => {
    for (const code of ["21211", 21211, " 21211 "]) {
      expect(explain(provider, { code }, now)).toEqual({
        kind: "invalid_request",
        category: "A",
        shape: "api",
        execution: "not_executed",
        remedy: "fix_request",
        responsible: "caller",
        status: 400,
        code: "21211",
        message: "Invalid 'To'",
        field: null,
        requestId: null,
        retryAt: null,
        guidance: "Correct the number.",
        docs: "https://example.com/21211",
      });
    }
  });

  test("one that only comes later is a receipt", () => {
    expect(explain(provider, { code: 30003 }, now)).toMatchObject({
      shape: "receipt",
      execution: "executed",
      category: "C",
      status: null,
    });
    expect(explainCode(unreachable)).toMatchObject({
      shape: "receipt",
      code: "30003",
      message: "Unreachable",
      docs: "https://example.com/21211",
    });
    expect(explainCode({ ...unreachable, arrives: "both" }).shape).toBe("api");
    expect(explainCode({ ...unreachable, arrives: "warning" }).category).toBe("C");
  });

  test("an unknown one is called unknown", () => {
    const told = explain(provider, { code: 99_999 }, now);
    expect(told).toMatchObject({
      kind: "internal",
      execution: "unknown",
      remedy: "none",
      responsible: "operator",
      code: "99999",
      status: null,
    });
    expect(told.message).toBe("Code 99999 is unknown: it is not in the table of plain");
    expect(told.guidance).toBe(
      "Code 99999 is unknown: it is not in the table of plain. Give the HTTP status and the body too, or look the code up in the provider's documentation.",
    );
    expect(told.docs).toBe("https://www.rfc-editor.org/rfc/rfc9110#section-15");
  });

  test("nothing at all is said to be nothing", () => {
    for (const seen of [{}, { code: "" }, { code: "  " }, { headers: { a: "b" } }]) {
      expect(explain(provider, seen, now)).toMatchObject({
        code: null,
        message: "Neither a status, a code nor a body was given",
      });
    }
  });

  test("an entry without guidance or a safe link still gets both", () => {
    expect(explain(provider, { code: "1" }, now)).toMatchObject({
      guidance: "Invalid 'To'",
      docs: "https://www.rfc-editor.org/rfc/rfc9110#section-15",
      category: "C",
    });
  });
});

describe("from an answer", () => {
  test("status alone is read as a live attempt of a creating operation would be", () => {
    expect(explain(provider, { status: 503 }, now)).toMatchObject({
      kind: "unavailable",
      execution: "unknown",
      remedy: "reconcile",
      status: 503,
      code: null,
    });
    expect(explain(provider, { status: 429, headers: { "Retry-After": "7" } }, now)).toMatchObject({
      kind: "rate_limited",
      retryAt: new Date(now + 7_000).toISOString(),
    });
  });

  test("status and code: the code decides", () => {
    expect(explain(provider, { status: 429, code: 21211 }, now)).toMatchObject({
      kind: "invalid_request",
      status: 429,
      shape: "api",
    });
  });

  test("a code that is named beats the one in the body", () => {
    expect(explain(provider, { status: 503, code: 21211, body: '{"code":"77"}' }, now)).toMatchObject({
      code: "21211",
      kind: "invalid_request",
      shape: "api",
    });
  });

  test("status and an unknown code: honest, then by status", () => {
    const told = explain(provider, { status: 404, code: "77" }, now);
    expect(told).toMatchObject({ kind: "not_found", code: "77", status: 404 });
    expect(told.guidance).toMatch(
      /^Code 77 is unknown: it is not in the table of plain, .* The provider does not know what the request names/,
    );
  });

  test("a body is read by the provider; its status is found in the code's row, in the body, or taken as a refusal", () => {
    expect(explain(provider, { body: '{"code":21211,"message":"their words"}' }, now)).toMatchObject({
      kind: "invalid_request",
      message: "their words",
      status: 400,
    });
    expect(explain(provider, { body: '{"code":5,"status": 503}' }, now)).toMatchObject({
      kind: "unavailable",
      status: 503,
    });
    expect(explain(provider, { body: '{"http_status_code":"404"}' }, now).status).toBe(404);
    expect(explain(provider, { body: '{"status":"failed"}' }, now).status).toBe(400);
    expect(explain(provider, { body: '{"status":4000}' }, now).status).toBe(400);
    expect(explain(provider, { body: "<html>", code: "21211" }, now)).toMatchObject({
      status: 400,
      kind: "invalid_request",
      shape: "api",
    });
    expect(explain(provider, { body: "<html>", code: "30003", status: 500 }, now)).toMatchObject({
      status: 500,
      kind: "undelivered",
    });
    expect(
      explain(provider, { body: '{"code":21211}', code: "21211", headers: { "X-Request-Id": "RQ1" } }, now),
    ).toMatchObject({ requestId: "RQ1" });
    expect(explain(provider, { body: '{"code":"77"}', status: 500 }, now).guidance).toContain("Code 77 is unknown");
  });

  test("an accepted answer is no failure, and says so", () => {
    expect(
      explain(provider, { status: 201, body: '{"id":"SM1"}', headers: { "x-request-id": "RQ1" } }, now),
    ).toMatchObject({
      kind: "internal",
      execution: "executed",
      remedy: "none",
      responsible: "nobody",
      status: 201,
      requestId: "RQ1",
      message: "This is not a failure: the provider took it as SM1",
      guidance: "Nothing to do. Do not send it again.",
    });
    expect(explain(provider, { status: 201, body: '{"id":"SM1"}', code: "21211" }, now).kind).toBe("invalid_request");
  });
});

describe("from an observation", () => {
  test("a response", () => {
    const seen: ResponseObservation = {
      type: "response",
      status: 400,
      headers: {},
      body: '{"code":"21211"}',
      complete: true,
      at: now,
    };
    expect(explain(provider, seen, now)).toMatchObject({
      code: "21211",
      kind: "invalid_request",
      docs: "https://example.com/21211",
    });
  });

  test("a transport failure has a link too", () => {
    const seen: TransportObservation = {
      type: "transport",
      phase: "wait",
      cause: "reset",
      systemCode: "ECONNRESET",
      message: "gone",
      mayHaveLeft: true,
      at: now,
    };
    expect(explain(provider, seen, now)).toMatchObject({
      kind: "transport",
      execution: "unknown",
      remedy: "reconcile",
      docs: "https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2",
    });
  });
});

test("without an instant a wait is from nowhere; an observation brings its own", () => {
  const headers = { "retry-after": "30" };
  expect(explain(provider, { status: 429, headers }).retryAt).toBeNull();
  expect(explain(provider, { status: 429, headers }, now).retryAt).toBe("2026-01-01T00:00:30.000Z");
  const seen: ResponseObservation = { type: "response", status: 429, headers, body: "", complete: true, at: now };
  expect(explain(provider, seen).retryAt).toBe("2026-01-01T00:00:30.000Z");
});

test("total: always guidance and an https link", () => {
  const fragments = fc.record(
    {
      status: fc.oneof(fc.integer(), fc.constant(Number.NaN)),
      code: fc.oneof(fc.string(), fc.integer(), fc.constant("21211")),
      headers: fc.dictionary(fc.string(), fc.string()),
      body: fc.string(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fragments, (seen) => {
      const told = explain(provider, seen, now);
      expect(told.docs).toMatch(/^https:\/\//);
      expect(told.guidance).not.toBe("");
    }),
  );
});
