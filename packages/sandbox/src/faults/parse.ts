/**
 * Checks a document of faults and names everything that is wrong with it at once, each with its path.
 * It refuses unknown keys: a misspelt fault that silently does nothing would turn a test into a lie.
 */
import { parseDuration } from "@landline/core";
import type { FaultDocument } from "./rules.ts";

/** One thing that is wrong, and where. */
export interface Defect {
  /** Path in the document (`rules[0].do.delay`); empty for the whole. */
  readonly field: string;
  readonly message: string;
}

/** The checked document, or all its defects. */
export type ParsedFaults =
  | { readonly ok: true; readonly document: FaultDocument }
  | { readonly ok: false; readonly defects: readonly Defect[] };

type Check = (value: unknown, at: string, defects: Defect[]) => void;

/**
 * Reads a document, or a bare list of rules.
 * @param value parsed JSON
 */
export function parseFaults(value: unknown): ParsedFaults {
  const document = Array.isArray(value) ? { rules: value as unknown[] } : value;
  const defects: Defect[] = [];
  checkDocument(document, "", defects);
  return defects.length > 0 ? { ok: false, defects } : { ok: true, document: document as FaultDocument };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const must =
  (what: string, holds: (value: unknown) => boolean): Check =>
  (value, at, defects) => {
    if (!holds(value)) defects.push({ field: at, message: `must be ${what}` });
  };

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 1;
const isShare = (value: unknown): boolean => typeof value === "number" && value >= 0 && value <= 1;
const isText = (value: unknown): value is string => typeof value === "string" && value.length > 0;
const isHeaderText = (value: unknown): boolean => typeof value === "string" && /^[\t\x20-\x7e\x80-\xff]*$/.test(value);

const boolean = must("true or false", (value) => typeof value === "boolean");
const text = must("a non-empty text", isText);
const share = must("a number from 0 to 1", isShare);
const positive = must("a number above 0", (value) => typeof value === "number" && value > 0 && Number.isFinite(value));
const count = must("a whole number of at least 1", isCount);
const duration = must('a duration such as "200ms" or "2s"', (value) => parseDuration(value) !== null);
const words = must("a text or a list of texts", (value) =>
  Array.isArray(value) ? value.length > 0 && value.every(isText) : isText(value),
);
const texts = must("a list of texts", (value) => Array.isArray(value) && value.every(isText));
const oneOf = (...allowed: readonly string[]): Check =>
  must(`one of ${allowed.join(", ")}`, (value) => allowed.includes(value as string));
const record = (what: string, holds: (value: unknown) => boolean): Check =>
  must(what, (value) => isRecord(value) && Object.values(value).every(holds));

function fields(known: Readonly<Record<string, Check>>, required: readonly string[] = []): Check {
  return (value, at, defects) => {
    if (!isRecord(value)) {
      defects.push({ field: at, message: "must be an object" });
      return;
    }
    const below = (key: string): string => (at === "" ? key : `${at}.${key}`);
    for (const key of required) {
      if (value[key] === undefined) defects.push({ field: below(key), message: "is required" });
    }
    for (const [key, each] of Object.entries(value)) {
      const check = Object.hasOwn(known, key) ? known[key] : undefined;
      if (check === undefined) defects.push({ field: below(key), message: "is not known here" });
      else if (each !== undefined) check(each, below(key), defects);
    }
  };
}

const between: Check = (value, at, defects) => {
  const [from, until] = Array.isArray(value) && value.length === 2 ? value.map(parseDuration) : [];
  if (typeof from !== "number" || typeof until !== "number" || until <= from)
    defects.push({ field: at, message: "must be two durations, the second longer" });
};

const checkWhen = fields({
  provider: oneOf("twilio", "red-cloud", "noticia"),
  operation: words,
  nth: must("a position of at least 1, or a list of them", (value) =>
    Array.isArray(value) ? value.length > 0 && value.every(isCount) : isCount(value),
  ),
  every: count,
  share,
  to: words,
  from: words,
  idempotency_key: words,
  per: oneOf("to", "from", "idempotency_key", "operation_id"),
  between,
});

const rateLimitFields = fields({
  per_second: positive,
  burst: count,
  concurrency: count,
  retry_after: must("true, false, a number of seconds or a header text", (value) =>
    typeof value === "number"
      ? value >= 0 && Number.isFinite(value)
      : typeof value === "boolean" || isHeaderText(value),
  ),
});

const rateLimit: Check = (value, at, defects) => {
  rateLimitFields(value, at, defects);
  if (isRecord(value) && value["per_second"] === undefined && value["concurrency"] === undefined)
    defects.push({ field: at, message: "needs per_second or concurrency" });
};

const truncateFields = fields({ bytes: must("a whole number", isWhole), how: oneOf("length", "chunked", "clean") }, [
  "bytes",
]);

function isWhole(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

const doFields = fields({
  status: must("an HTTP status from 200 to 599", (value) =>
    Number.isInteger(value) ? (value as number) >= 200 && (value as number) <= 599 : false,
  ),
  code: must("a number or a text", (value) => Number.isSafeInteger(value) || isText(value)),
  message: text,
  problem: boolean,
  headers: record("an object of header texts", isHeaderText),
  body: must("a text or an object", (value) => typeof value === "string" || isRecord(value)),
  accept: boolean,
  accept_delay: duration,
  delay: duration,
  reset: oneOf("before-accept", "after-accept"),
  hang: boolean,
  truncate: (value, at, defects) =>
    typeof value === "number"
      ? must("a whole number", isWhole)(value, at, defects)
      : truncateFields(value, at, defects),
  html: boolean,
  rate_limit: rateLimit,
  callbacks: fields({ duplicate: count, shuffle: boolean, delay: duration, drop: share, forge: boolean }),
  reject_recipients: texts,
});

const checkDo: Check = (value, at, defects) => {
  doFields(value, at, defects);
  if (!isRecord(value)) return;
  const clash = (message: string): void => void defects.push({ field: at, message });
  if (Object.keys(value).length === 0) clash("says nothing to do");
  if (value["reset"] !== undefined && value["hang"] === true) clash("cannot both reset and hang");
  if (value["reset"] === "before-accept" && value["accept"] === true) clash("cannot accept and reset before that");
  if (value["reset"] === "after-accept" && value["accept"] === false) clash("cannot reset after an accept that is not");
  if (value["html"] === true && value["body"] !== undefined) clash("cannot send both html and body");
  if (value["code"] !== undefined && value["status"] === undefined && value["rate_limit"] === undefined)
    clash("a code needs a status");
  if (value["problem"] === true && value["status"] === undefined && value["rate_limit"] === undefined)
    clash("a problem needs a status");
};

const checkRule = fields({ when: checkWhen, do: checkDo }, ["do"]);

const checkDocument = fields(
  {
    rules: (value, at, defects) => {
      if (Array.isArray(value)) value.forEach((rule, index) => checkRule(rule, `${at}[${index}]`, defects));
      else defects.push({ field: at, message: "must be a list" });
    },
    recipients: fields({
      opted_out: texts,
      landline: texts,
      invalid: texts,
      undelivered: record("an object of codes by number", (value) => Number.isSafeInteger(value) || isText(value)),
    }),
    list_delay: duration,
  },
  ["rules"],
);
