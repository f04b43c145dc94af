/**
 * What Red Cloud takes and answers, in its own names.
 * @see https://dev.redcloud.live/messaging/send-message
 */

/** Input of `messages.send`. */
export interface RedCloudMessageInput {
  /** A numberId of `GET /api/core/numbers`, not a telephone number. Default: the account's. */
  readonly sendFrom?: string;
  /**
   * Numbers in E.164. One recipient for each operation is the safe choice: one key then stands for one person. With
   * several, acceptance may be partial, and what was rejected stands in `errors` of the value.
   */
  readonly to: string | readonly string[];
  /** Default: `MMS` with media, `SMS` without. */
  readonly messageType?: "SMS" | "MMS";
  readonly text?: string;
  /** Addresses of the media; required for MMS, refused for SMS. */
  readonly media?: readonly string[];
  /** Comes back in events. Default: our operation id. */
  readonly externalReference?: string;
}

/** A recipient that was taken. */
export interface RedCloudResult {
  readonly to?: string;
  readonly messageId: string;
  /** `QUEUED`: taken by Red Cloud, not by a carrier. */
  readonly status?: "QUEUED" | (string & {});
}

/** A recipient that was not taken. The form of this element is not published: every field may be missing. */
export interface RedCloudRecipientError {
  readonly to?: string;
  readonly code?: string;
  readonly message?: string;
  readonly details?: unknown;
}

/** The value of `messages.send`. */
export interface RedCloudSendAnswer {
  readonly results: readonly RedCloudResult[];
  /** Empty unless the acceptance was partial. */
  readonly errors: readonly RedCloudRecipientError[];
}
