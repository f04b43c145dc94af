/** What one Twilio account is configured with. */
import type { Duration } from "@landline/core";

/** How Twilio knows us: exactly one of the three pairs. */
export type TwilioCredentials =
  | { readonly authToken: string; readonly apiKey?: undefined; readonly clientId?: undefined }
  | {
      readonly apiKey: string;
      readonly apiSecret: string;
      /** Not used for requests; verifies callbacks, which Twilio always signs with the auth token. */
      readonly authToken?: string;
      readonly clientId?: undefined;
    }
  | {
      readonly clientId: string;
      readonly clientSecret: string;
      /** Not used for requests; verifies callbacks, which Twilio always signs with the auth token. */
      readonly authToken?: string;
      readonly apiKey?: undefined;
    };

/** Options of the `twilio` factory. */
export type TwilioOptions = TwilioCredentials & {
  /** `AC` and 32 hexadecimal digits; goes into the path, whatever the credentials are. */
  readonly accountSid: string;
  /** Default `https://api.twilio.com`. May carry a path prefix; wins over `region` and `edge`. */
  readonly baseUrl?: string;
  /** Such as `ie1`; default `us1`. */
  readonly region?: string;
  /** Such as `dublin`. */
  readonly edge?: string;
  /** How long after its creation a message is certainly in Twilio's list; default 15 s (Twilio promises nothing). */
  readonly lookupSettle?: Duration;
  /** Where Twilio reports to when a request names no address of its own. Our operation id is added to its query. */
  readonly statusCallback?: string;
  /** Default sender: a number, a short code, an alphanumeric name or a Messaging Service (`MG…`). */
  readonly from?: string;
  /** Auth tokens that may sign callbacks beside `authToken`: the secondary one during a rotation. */
  readonly webhookSecret?: string | readonly string[];
};
