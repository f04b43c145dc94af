/**
 * What Twilio answers, as far as its specification names it. Every field but the identifier may be missing or null:
 * Twilio adds and drops fields without notice.
 * @see https://github.com/twilio/twilio-oai
 */

/** Status of a message. Twilio may add words. */
export type TwilioMessageStatus =
  | "queued"
  | "sending"
  | "sent"
  | "failed"
  | "delivered"
  | "undelivered"
  | "receiving"
  | "received"
  | "accepted"
  | "scheduled"
  | "read"
  | "partially_delivered"
  | "canceled";

/** A message resource. */
export interface TwilioMessage {
  readonly sid: string;
  readonly account_sid?: string | null;
  readonly messaging_service_sid?: string | null;
  /** Null until a Messaging Service has chosen a sender. */
  readonly from?: string | null;
  readonly to?: string | null;
  readonly body?: string | null;
  readonly status?: TwilioMessageStatus | (string & {});
  readonly num_segments?: string | null;
  readonly num_media?: string | null;
  readonly direction?: string;
  readonly price?: string | null;
  readonly price_unit?: string | null;
  readonly error_code?: number | null;
  readonly error_message?: string | null;
  /** RFC 2822. */
  readonly date_created?: string | null;
  /** RFC 2822. */
  readonly date_updated?: string | null;
  /** RFC 2822; null before it was sent. */
  readonly date_sent?: string | null;
  readonly api_version?: string | null;
  readonly uri?: string | null;
  readonly subresource_uris?: Readonly<Record<string, string>> | null;
}

/** Status of a call. Twilio may add words. */
export type TwilioCallStatus =
  | "queued"
  | "initiated"
  | "ringing"
  | "in-progress"
  | "completed"
  | "busy"
  | "failed"
  | "no-answer"
  | "canceled";

/** A call resource. */
export interface TwilioCall {
  readonly sid: string;
  readonly account_sid?: string | null;
  readonly parent_call_sid?: string | null;
  readonly to?: string | null;
  readonly to_formatted?: string | null;
  readonly from?: string | null;
  readonly from_formatted?: string | null;
  readonly phone_number_sid?: string | null;
  readonly status?: TwilioCallStatus | (string & {});
  readonly start_time?: string | null;
  readonly end_time?: string | null;
  /** Seconds, as text. */
  readonly duration?: string | null;
  readonly price?: string | null;
  readonly price_unit?: string | null;
  readonly direction?: string | null;
  readonly answered_by?: string | null;
  readonly forwarded_from?: string | null;
  readonly group_sid?: string | null;
  readonly caller_name?: string | null;
  /** Milliseconds in the queue, as text. */
  readonly queue_time?: string | null;
  readonly trunk_sid?: string | null;
  readonly date_created?: string | null;
  readonly date_updated?: string | null;
  readonly api_version?: string | null;
  readonly uri?: string | null;
  readonly subresource_uris?: Readonly<Record<string, string>> | null;
}

/** A verification. */
export interface TwilioVerification {
  readonly sid: string;
  readonly service_sid?: string | null;
  readonly account_sid?: string | null;
  readonly to?: string | null;
  readonly channel?: string | null;
  readonly status?:
    | "pending"
    | "approved"
    | "canceled"
    | "max_attempts_reached"
    | "deleted"
    | "failed"
    | "expired"
    | (string & {});
  readonly valid?: boolean | null;
  readonly lookup?: unknown;
  readonly amount?: string | null;
  readonly payee?: string | null;
  readonly send_code_attempts?: readonly unknown[] | null;
  readonly sna?: unknown;
  readonly url?: string | null;
  /** ISO 8601. */
  readonly date_created?: string | null;
  readonly date_updated?: string | null;
}
