/**
 * What was seen of one attempt, before anybody interprets it.
 *
 * An observation holds facts only: it never says whether the request was executed, and it never throws the bytes away.
 * The transport writes it, a provider reads it, `classify` judges it.
 */

/** How far a request got. The order is the order in time; `done` means the whole answer was read. */
export const phases = ["prepare", "resolve", "connect", "tls", "write", "wait", "body", "done"] as const;

/** See {@link phases}. */
export type Phase = (typeof phases)[number];

/** Header names in lower case; repeated headers are joined by `", "` (RFC 9110 §5.2). */
export type HeaderMap = Readonly<Record<string, string>>;

/** The provider answered at least a status line and headers. */
export interface ResponseObservation {
  readonly type: "response";
  readonly status: number;
  readonly headers: HeaderMap;
  /** The body as text, up to the transport's limit. */
  readonly body: string;
  /** False when the body was cut: reset, timeout or limit before its end. */
  readonly complete: boolean;
  /** Epoch milliseconds at which the answer ended. */
  readonly at: number;
}

/** Why a transport failed, in the words a person would use. */
export type TransportCause =
  | "dns"
  | "refused"
  | "unreachable"
  | "tls"
  | "timeout"
  | "reset"
  | "aborted"
  | "protocol"
  | "crash"
  | "other";

/** No usable status line ever arrived. */
export interface TransportObservation {
  readonly type: "transport";
  readonly phase: Phase;
  readonly cause: TransportCause;
  /** The system's word for it (`ECONNRESET`, `UND_ERR_CONNECT_TIMEOUT`), or null. */
  readonly systemCode: string | null;
  readonly message: string;
  /** True as soon as one byte of the request may have left this machine. When in doubt: true. */
  readonly mayHaveLeft: boolean;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** The facts of one attempt. */
export type Observation = ResponseObservation | TransportObservation;
