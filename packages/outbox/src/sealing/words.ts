/**
 * What is sealed, and how it stands in the store. Pure but for the sealer.
 *
 * A request is one envelope: input, metadata, the inputs of fallback steps, the recipient and the subject. What the store
 * must find something by is left beside it: accounts and operations of fallback steps, reference, keys and ids; recipient and
 * subject as tags where people are hidden. Digests of what was asked for are hidden too: a code of six digits can be
 * guessed from one. A failure is sealed in its message, which holds the guidance too; kind and code
 * group and stay as they are.
 *
 * What was written before sealing was turned on reads as it stands.
 */
import type { Failure } from "@landline/core";
import { isRecord } from "@landline/core";
import type { AttemptRecord, AttemptResult } from "../ports/attempt.ts";
import type { FallbackStep, NewOperation, OperationRecord } from "../ports/operation.ts";
import type { ReceiptRecord } from "../ports/receipt.ts";
import type { Sealer } from "../ports/sealer.ts";

/** Field of an input that is an envelope. No provider's field has a colon. */
const envelopeField = "landline:sealed";

/** Sealing in one store. */
export interface Words {
  readonly request: (operation: NewOperation) => NewOperation;
  readonly record: <Row extends OperationRecord>(row: Row) => Row;
  readonly failure: <F extends Failure | null>(failure: F) => F;
  readonly result: <R extends AttemptResult | null>(result: R) => R;
  readonly attempt: (attempt: AttemptRecord) => AttemptRecord;
  readonly receipt: (receipt: ReceiptRecord) => ReceiptRecord;
  readonly text: <T extends string | null>(text: T, what: string) => T;
  /** Whoever is searched by: a tag where people are hidden. */
  readonly person: <T extends string | null>(recipient: T) => T;
  readonly document: (collection: string, id: string, document: unknown) => unknown;
  readonly openDocument: (collection: string, id: string, document: unknown) => unknown;
}

/** Why a record cannot be read, or null when it can. */
export function unreadable(record: OperationRecord): string | null {
  const reason = record.input["landline:unreadable"];
  return typeof reason === "string" ? reason : null;
}

interface Request {
  readonly input: OperationRecord["input"];
  readonly metadata: OperationRecord["metadata"];
  readonly fallback: readonly FallbackStep["input"][];
  readonly recipient: string | null;
  readonly subject: string | null;
}

/**
 * Makes the words of a store.
 * @param secret what tags are made with; the store's own, so that it outlives every key
 * @param hidesPeople whether recipients and subjects are tags too
 * @param plain collections of documents that are left as they are
 */
export function createWords(sealer: Sealer, secret: string, hidesPeople: boolean, plain: ReadonlySet<string>): Words {
  const tag = (text: string): string => `~${sealer.tag(secret, text)}`;
  const person = <T extends string | null>(recipient: T): T =>
    (recipient === null || !hidesPeople ? recipient : tag(recipient)) as T;
  const sealText = <T extends string | null>(text: T, what: string): T =>
    (text === null ? null : sealer.seal(text, what)) as T;
  const openText = <T extends string | null>(text: T, what: string): T => {
    if (text === null) return text;
    const opened = sealer.unseal(text, what);
    return (opened.ok ? opened.text : opened.because === "plain" ? text : `(${whyNot(opened)})`) as T;
  };
  const openFailure = <F extends Failure | null>(failure: F): F => {
    if (failure === null) return failure;
    const opened = sealer.unseal(failure.message, "failure");
    if (!opened.ok) return opened.because === "plain" ? failure : { ...failure, message: `(${whyNot(opened)})` };
    const [message = "", guidance = ""] = JSON.parse(opened.text) as readonly string[];
    return { ...failure, message, guidance };
  };
  const sealFailure = <F extends Failure | null>(failure: F): F =>
    failure === null
      ? failure
      : {
          ...failure,
          message: sealer.seal(JSON.stringify([failure.message, failure.guidance]), "failure"),
          guidance: "",
        };

  return {
    person,
    text: sealText,
    failure: sealFailure,
    request: (operation) => {
      const { input, metadata, fallback, recipient, subject } = operation;
      const request: Request = { input, metadata, fallback: fallback.map((step) => step.input), recipient, subject };
      return {
        ...operation,
        input: { [envelopeField]: sealer.seal(JSON.stringify(request), `request:${operation.id}`) },
        metadata: null,
        fallback: fallback.map((step) => ({ ...step, input: {} })),
        recipient: person(recipient),
        subject: person(subject),
        fingerprint: tag(operation.fingerprint),
      };
    },
    record: (row) => {
      const failure = openFailure(row.failure);
      const sealed = row.input[envelopeField];
      if (typeof sealed !== "string") return failure === row.failure ? row : { ...row, failure };
      const opened = sealer.unseal(sealed, `request:${row.id}`);
      if (!opened.ok) return { ...row, failure, input: { "landline:unreadable": whyNot(opened) } };
      const { input, metadata, fallback, recipient, subject } = JSON.parse(opened.text) as Request;
      const steps = row.fallback.map((step, index) => ({ ...step, input: fallback[index] ?? {} }));
      return { ...row, failure, input, metadata, fallback: steps, recipient, subject };
    },
    result: (result) =>
      result === null
        ? result
        : {
            ...result,
            failure: sealFailure(result.failure),
            ...(result.body === undefined ? {} : { body: sealText(result.body, "body") }),
          },
    attempt: (attempt) => ({
      ...attempt,
      failure: openFailure(attempt.failure),
      requestDigest: openText(attempt.requestDigest, "digest"),
      ...(attempt.body === undefined ? {} : { body: openText(attempt.body, "body") }),
    }),
    receipt: (receipt) => ({ ...receipt, message: openText(receipt.message, "receipt") }),
    document: (collection, id, document) =>
      document === null || plain.has(collection)
        ? document
        : { [envelopeField]: sealer.seal(JSON.stringify(document), contextOf(collection, id)) },
    openDocument: (collection, id, document) => {
      const sealed = isRecord(document) ? document[envelopeField] : undefined;
      if (typeof sealed !== "string") return document;
      const opened = sealer.unseal(sealed, contextOf(collection, id));
      return opened.ok ? (JSON.parse(opened.text) as unknown) : null;
    },
  };
}

function contextOf(collection: string, id: string): string {
  return `document:${collection}/${id}`;
}

function whyNot(
  opened: { readonly because: "plain" | "broken" } | { readonly because: "unknown_key"; readonly keyId: string },
): string {
  return opened.because === "unknown_key"
    ? `sealed with the key ${opened.keyId}, which is not here`
    : "sealed, and changed since: it cannot be read";
}
