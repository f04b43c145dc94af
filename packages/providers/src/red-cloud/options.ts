/** What one Red Cloud API client is configured with. */
import type { Duration } from "@landline/core";

/** Options of the `redCloud` factory. */
export interface RedCloudOptions {
  /** Given to the customer; there is no public default. May carry a path prefix. */
  readonly baseUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Default sender: a numberId (`num_…`) of this client's, never a telephone number. */
  readonly sendFrom?: string;
  /** Secrets that may sign events: two during a rotation. Without one, events are not read at all. */
  readonly webhookSecret?: string | readonly string[];
  /**
   * How old or young the signed timestamp of an event may be; default 90 min, because Red Cloud repeats an event for up
   * to 81 minutes and does not say whether a repeat is signed anew. `"off"` takes any age; repeats are dropped anyway.
   */
  readonly webhookTolerance?: Duration;
}
