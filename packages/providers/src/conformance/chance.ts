/**
 * Arbitrary answers from a seed: random bytes, cut and bent copies of real ones, and the usual suspects. The same seed
 * gives the same answers, so that a failure can be repeated.
 */
import type { Observation, Phase, TransportCause } from "@landline/core";

/** A number in [0, 1), and the next state behind it (mulberry32). */
export function chanceOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const suspects = [
  "",
  " ",
  "null",
  "[]",
  "{}",
  "true",
  "0",
  '"text"',
  "[null]",
  '{"code":null}',
  '{"code":{}}',
  '{"code":[],"message":[]}',
  '{"code":1e999,"status":"x"}',
  '{"errors":null}',
  '{"errors":[null,1,"x",{}]}',
  '{"errors":[{"code":{},"pointer":7}]}',
  '{"__proto__":{"code":1},"constructor":"x"}',
  '{"error":{"code":null},"requestId":7}',
  '{"error":"server_error","error_description":{}}',
  '{"results":[],"errors":[]}',
  '{"results":[{"messageId":{}}],"errors":[null]}',
  '{"results":{},"errors":[{"to":7,"code":[]}]}',
  '{"request_id":1,"details":{"field":{}}}',
  '{"sid":null,"status":0}',
  '{"sid":"SM","id":""}',
  "<html><body><h1>502 Bad Gateway</h1></body></html>",
  "<?xml version='1.0'?><TwilioResponse><RestException><Code></Code></RestException>",
  "\u0000\uFFFF\uD800",
  "[".repeat(2_000),
  `{"message":"${"x".repeat(5_000)}"}`,
];

const statuses = [
  100, 200, 201, 202, 204, 207, 299, 301, 302, 304, 400, 401, 402, 403, 404, 405, 408, 409, 410, 413, 415, 422, 425,
  429, 451, 500, 501, 502, 503, 504, 505, 511, 520, 529, 599,
];
const headers = [
  "retry-after",
  "date",
  "content-type",
  "x-request-id",
  "twilio-request-id",
  "twilio-concurrent-requests",
];
const headerValues = [
  "",
  "0",
  "-1",
  "5",
  "1e9",
  "99999999999999999999",
  "Fri, 31 Dec 1999 23:59:59 GMT",
  "garbage",
  "\u00FF,\u0001",
  "application/json",
];
const causes: readonly TransportCause[] = [
  "dns",
  "refused",
  "tls",
  "timeout",
  "reset",
  "aborted",
  "protocol",
  "crash",
  "other",
];
const transportPhases: readonly Phase[] = ["resolve", "connect", "tls", "write", "wait", "body"];

/** One arbitrary observation. `real` bodies are cut and bent. */
export function anyObservation(chance: () => number, real: readonly string[]): Observation {
  if (chance() < 0.05) {
    const mayHaveLeft = chance() < 0.5;
    return {
      type: "transport",
      phase: pick(transportPhases, chance),
      cause: pick(causes, chance),
      systemCode: null,
      message: anyText(chance),
      mayHaveLeft,
      at: 1,
    };
  }
  return {
    type: "response",
    status: pick(statuses, chance),
    headers: Object.fromEntries(headers.filter(() => chance() < 0.2).map((name) => [name, pick(headerValues, chance)])),
    body: anyBody(chance, real),
    complete: chance() < 0.8,
    at: Math.floor(chance() * 4e12),
  };
}

/** One arbitrary body. */
export function anyBody(chance: () => number, real: readonly string[]): string {
  const kind = chance();
  if (kind < 0.3) return pick(suspects, chance);
  if (kind < 0.5 || real.length === 0) return anyText(chance);
  const body = pick(real, chance);
  const at = Math.floor(chance() * (body.length + 1));
  if (kind < 0.65) return body.slice(0, at);
  if (kind < 0.8) return body.slice(0, at) + anyText(chance) + body.slice(at);
  if (kind < 0.9) return body.slice(0, at) + body.slice(at + 1);
  return body;
}

/** Arbitrary UTF-16, well-formed or not. */
export function anyText(chance: () => number): string {
  const length = Math.floor(chance() ** 3 * 200);
  return Array.from({ length }, () =>
    String.fromCharCode(Math.floor(chance() * (chance() < 0.8 ? 0x80 : 0x1_0000))),
  ).join("");
}

/** Any JSON-like value, for inputs. */
export function anyValue(chance: () => number, depth = 0): unknown {
  const kind = Math.floor(chance() * (depth > 2 ? 7 : 9));
  switch (kind) {
    case 0:
      return null;
    case 1:
      return undefined;
    case 2:
      return chance() < 0.5;
    case 3:
      return pick([0, -1, 1.5, 1e308, Number.NaN, Number.POSITIVE_INFINITY, 42], chance);
    case 4:
    case 5:
    case 6:
      return anyText(chance);
    case 7:
      return Array.from({ length: Math.floor(chance() * 4) }, () => anyValue(chance, depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: Math.floor(chance() * 4) }, () => [anyText(chance), anyValue(chance, depth + 1)]),
      );
  }
}

function pick<Value>(values: readonly Value[], chance: () => number): Value {
  return values[Math.floor(chance() * values.length)] as Value;
}
