/**
 * The sandbox's own API under `/_sandbox/`: faults, ledger, callbacks, reset. Its errors have the envelope of Landline's
 * API. It is not written into the ledger, and no rule applies to it.
 */
import type { Answer, ControlCommand, Received } from "../fake.ts";
import { parseFaults } from "../faults/parse.ts";
import type { FaultDocument } from "../faults/rules.ts";
import type { Ledger } from "../ledger.ts";
import { randomHex } from "../random.ts";
import type { Delivery } from "../webhooks/courier.ts";
import { readObject } from "./json-body.ts";

/** What the admin API may do. */
export interface AdminDesk {
  readonly ledger: Ledger;
  faults(): FaultDocument;
  setFaults(document: FaultDocument): void;
  deliveries(): readonly Delivery[];
  reset(): void;
  control(provider: string, command: ControlCommand): boolean;
  /** Base URLs by provider. */
  urls(): Readonly<Record<string, string>>;
}

/** The path prefix that belongs to the sandbox itself. */
export const adminPrefix = "/_sandbox";

const json = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(value),
});

function fail(status: number, code: string, message: string, details?: unknown): Answer {
  const requestId = `req_${randomHex(8)}`;
  const envelope = { code, message, request_id: requestId, ...(details === undefined ? {} : { details }) };
  return json(status, envelope, { "x-request-id": requestId });
}

/** Answers one request below {@link adminPrefix}. Never throws. */
export function administer(desk: AdminDesk, received: Received): Answer {
  const route = `${received.method} ${received.path.slice(adminPrefix.length)}`;
  switch (route) {
    case "GET /":
    case "GET ":
      return json(200, { urls: desk.urls(), faults: desk.faults() });
    case "GET /ledger":
      return readLedger(desk, received);
    case "GET /faults":
      return json(200, desk.faults());
    case "POST /faults":
      return changeFaults(desk, received);
    case "GET /callbacks":
      return json(200, { callbacks: desk.deliveries() });
    case "POST /control":
      return control(desk, received);
    case "POST /reset":
      desk.reset();
      return { status: 204, headers: {}, body: "" };
    default: {
      const known = /^\/(|ledger|faults|callbacks|control|reset)$/.test(received.path.slice(adminPrefix.length));
      return known
        ? fail(405, "METHOD_NOT_ALLOWED", `${received.method} is not possible here`)
        : fail(404, "NOT_FOUND", `There is no ${received.path}`);
    }
  }
}

/** `?effects` or `?requests` leave one kind; `?since=SEQ` continues; `?provider`, `?operation`, `?to`, `?id` select. */
function readLedger(desk: AdminDesk, received: Received): Answer {
  const query = new URLSearchParams(received.search);
  const since = Number(query.get("since") ?? 0);
  const limit = Number(query.get("limit") ?? Number.POSITIVE_INFINITY);
  if (!(since >= 0)) return fail(400, "VALIDATION_ERROR", "since must be a sequence number", { field: "since" });
  if (!(limit >= 1)) return fail(400, "VALIDATION_ERROR", "limit must be at least 1", { field: "limit" });
  const source = query.has("effects") ? desk.ledger.effects() : desk.ledger.entries();
  const exact = ["provider", "operation", "to", "id", "idempotency_key", "operation_id"].filter((name) =>
    query.has(name),
  );
  const entries = source.filter(
    (entry) =>
      entry.seq > since &&
      (!query.has("requests") || entry.type === "request") &&
      exact.every((name) => (entry as unknown as Record<string, unknown>)[name] === query.get(name)),
  );
  const shown = entries.slice(0, limit);
  return json(200, {
    last_seq: desk.ledger.entries().at(-1)?.seq ?? 0,
    entries: shown,
    requests: shown.filter((entry) => entry.type === "request"),
    effects: shown.filter((entry) => entry.type === "effect"),
  });
}

function control(desk: AdminDesk, received: Received): Answer {
  const command = readObject(received.body);
  if (command === null) return fail(400, "VALIDATION_ERROR", "The body is not a JSON object", { field: "" });
  const { provider, action, ...rest } = command;
  if (typeof provider !== "string") return fail(400, "VALIDATION_ERROR", "provider is required", { field: "provider" });
  if (typeof action === "string" && desk.control(provider, { ...rest, action })) return json(200, { done: true });
  return fail(400, "VALIDATION_ERROR", `${provider} does not know this action`, { field: "action" });
}

function changeFaults(desk: AdminDesk, received: Received): Answer {
  let value: unknown;
  try {
    value = JSON.parse(received.body.toString());
  } catch {
    return fail(400, "VALIDATION_ERROR", "The body is not JSON", { field: "" });
  }
  const parsed = parseFaults(value);
  if (!parsed.ok) {
    const { defects } = parsed;
    const message = defects
      .map(({ field, message: what }) => `${field === "" ? "the document" : field} ${what}`)
      .join("; ");
    return fail(400, "VALIDATION_ERROR", message, { field: defects[0]?.field ?? "", faults: defects });
  }
  desk.setFaults(parsed.document);
  return json(200, desk.faults());
}
