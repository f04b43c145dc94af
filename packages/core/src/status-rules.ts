/**
 * What an HTTP status means where no code of the provider decides: RFC 9110 §15, RFC 6585, and the retryable set that
 * the providers' own pages agree on (429, 500, 502, 503, 504).
 *
 * A row never says whether something was executed: that depends on the operation and is judged in `classify`.
 */
import type { FailureKind, Remedy, Responsible } from "./failure.ts";

/** How a status is treated: as a refusal, a limit, a failure of the provider, a loss on the way, or as not readable. */
export type StatusTreatment = "rejected" | "throttled" | "transient" | "transport" | "unreadable";

/** One row. */
export interface StatusRule {
  readonly as: StatusTreatment;
  readonly kind: FailureKind;
  readonly remedy: Remedy;
  readonly responsible: Responsible;
  /** At most two sentences for the person who must act. */
  readonly guidance: string;
}

const refusal = (kind: FailureKind, remedy: Remedy, responsible: Responsible, guidance: string): StatusRule => ({
  as: "rejected",
  kind,
  remedy,
  responsible,
  guidance,
});
const byCaller = (kind: FailureKind, guidance: string): StatusRule => refusal(kind, "fix_request", "caller", guidance);
const byOperator = (kind: FailureKind, guidance: string): StatusRule =>
  refusal(kind, "fix_account", "operator", guidance);
const transient = (guidance: string): StatusRule => ({
  as: "transient",
  kind: "unavailable",
  remedy: "retry",
  responsible: "provider",
  guidance,
});
const onTheWay = (guidance: string): StatusRule => ({
  as: "transport",
  kind: "transport",
  remedy: "retry",
  responsible: "network",
  guidance,
});
const unreadable: StatusRule = {
  as: "unreadable",
  kind: "unavailable",
  remedy: "reconcile",
  responsible: "provider",
  guidance: "The provider may have executed this but its answer cannot be read.",
};

const statusPage = "Check its status page if this stays.";

const rules: ReadonlyMap<number, StatusRule> = new Map([
  // See Other answers a POST that was taken (RFC 9110 §15.4.4): not a refusal.
  [303, unreadable],
  [
    400,
    byCaller(
      "invalid_request",
      "The provider refused the request as malformed. Correct it and send it as a new operation.",
    ),
  ],
  [
    401,
    byOperator(
      "authentication",
      "The provider refused the credentials. Check or rotate them; nothing is sent with them until then.",
    ),
  ],
  [402, byOperator("quota", "The provider asks for payment. Check the account's balance.")],
  [
    403,
    byOperator(
      "authorization",
      "The credentials are valid but may not do this. Check ownership of the sender and the account's permissions.",
    ),
  ],
  [
    404,
    byCaller(
      "not_found",
      "The provider does not know what the request names. Check ids, the account and the base URL.",
    ),
  ],
  [405, byCaller("invalid_request", "The method is not allowed here. Check the base URL and the operation.")],
  [407, byOperator("authentication", "A proxy asks for credentials. Check the proxy settings.")],
  [408, onTheWay("The request took too long on its way.")],
  [
    409,
    byCaller(
      "conflict",
      "The request conflicts with the state at the provider. Look at both before sending a new operation.",
    ),
  ],
  [410, byCaller("not_found", "The resource is gone for good. Remove what refers to it.")],
  [413, byCaller("invalid_request", "The request is too large. Make it smaller and send it as a new operation.")],
  [415, byCaller("invalid_request", "The content type is not accepted. This is a defect of the client: report it.")],
  [422, byCaller("invalid_request", "The provider refused a value. Correct it and send it as a new operation.")],
  [425, onTheWay("The provider did not want to risk a replayed early request.")],
  [
    429,
    {
      as: "throttled",
      kind: "rate_limited",
      remedy: "retry",
      responsible: "provider",
      guidance: "Too much at once. The lane slows down and goes on by itself.",
    },
  ],
  [451, byOperator("authorization", "The provider may not do this for legal reasons. Ask the provider which.")],
  [500, transient(`The provider failed internally. ${statusPage}`)],
  [501, byOperator("invalid_request", "The provider does not implement this. Check the base URL and the operation.")],
  [502, transient(`A gateway at the provider failed. ${statusPage}`)],
  [503, transient(`The provider is temporarily unavailable. ${statusPage}`)],
  [504, transient(`The provider did not answer its own gateway in time. ${statusPage}`)],
  [505, byOperator("invalid_request", "The provider does not speak this version of HTTP. Check the proxy.")],
  [511, byOperator("authentication", "The network asks for a login. Check the proxy or the network of this machine.")],
  [599, onTheWay("A proxy lost the connection to the provider.")],
]);

/**
 * The rule for a status; an unknown one follows its class (RFC 9110 §15). What is no final status of HTTP (1xx, 600,
 * NaN) and a 2xx that was not recognised as a success decide nothing and are `unreadable`.
 */
export function statusRule(status: number): StatusRule {
  const exact = rules.get(status);
  if (exact !== undefined) return exact;
  if (status >= 520 && status <= 529) {
    return onTheWay("A proxy in front of the provider lost its connection to it.");
  }
  switch (Math.floor(status / 100)) {
    case 3:
      return byOperator(
        "invalid_request",
        "The provider redirects elsewhere. A request with a body is not sent on: correct the base URL.",
      );
    case 4:
      return byCaller("invalid_request", "The provider refused the request. Correct it before sending it again.");
    case 5:
      return transient(`The provider failed. ${statusPage}`);
    default:
      return unreadable;
  }
}

const rfc6585: ReadonlyMap<number, number> = new Map([
  [428, 3],
  [429, 4],
  [431, 5],
  [511, 6],
]);

/** The standard's section about a status (its class's where there is none): an https link for every number. */
export function statusDocs(status: number): string {
  const section = rfc6585.get(status);
  if (section !== undefined) return `https://www.rfc-editor.org/rfc/rfc6585#section-${section}`;
  const statusClass = Math.floor(status / 100);
  const known = statusClass >= 1 && statusClass <= 5;
  return `https://www.rfc-editor.org/rfc/rfc9110#section-15${known ? `.${statusClass + 1}` : ""}`;
}
