/** Telnyx, put together. */
import type { Provider } from "@landline/core";
import { defectFailure } from "@landline/providers/kit";
import { telnyxErrors } from "./errors.ts";
import { readAnswer } from "./observe.ts";
import { messagesSend } from "./send.ts";
import type { TelnyxMessageInput } from "./send.ts";

/** Input and value of every operation. */
export type TelnyxOperations = {
  readonly "messages.send": { readonly input: TelnyxMessageInput; readonly value: { readonly id: string } };
};

/** Telnyx with one account's key. */
export function telnyx(options: { readonly apiKey: string; readonly baseUrl?: string }): Provider<TelnyxOperations> {
  const baseUrl = options.baseUrl ?? "https://api.telnyx.com";
  return {
    name: "telnyx",
    baseUrl,
    operations: { "messages.send": messagesSend(baseUrl) },
    errors: telnyxErrors,
    credentials: { type: "static", headers: { authorization: `Bearer ${options.apiKey}` } },
    secrets: [options.apiKey],
    // Signed with Ed25519, which the host does not offer to providers yet: outcomes are polled.
    webhooks: null,
    probe: null,
    diagnosis: null,
    message({ to, body, media, channel, from }) {
      if (channel !== undefined && channel !== "sms" && channel !== "mms") {
        return {
          ok: false,
          failure: defectFailure(
            { field: "channel", message: "must be sms or mms" },
            "https://developers.telnyx.com/docs/messaging",
          ),
        };
      }
      return {
        ok: true,
        operation: "messages.send",
        input: {
          to,
          from,
          ...(body === undefined ? {} : { text: body }),
          ...(media === undefined ? {} : { media_urls: media }),
        },
      };
    },
    explain: readAnswer,
    statusPage: "https://status.telnyx.com/api/v2/summary.json",
  };
}
