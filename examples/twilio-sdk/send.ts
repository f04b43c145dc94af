/** The official SDK, with one line more. */
import { landlineHttpClient, withOperation } from "@landline/client/twilio-sdk";
import type { LandlineHttpClient } from "@landline/client/twilio-sdk";
import type { Failure } from "@landline/core";
import twilio from "twilio";

/** Sends one message for an order; a repeated call with the same order carries the same key. */
export async function notify(
  account: { readonly sid: string; readonly token: string },
  order: { readonly id: string; readonly to: string; readonly from: string },
  httpClient: LandlineHttpClient = landlineHttpClient(),
): Promise<string> {
  const client = twilio(account.sid, account.token, { httpClient });
  try {
    const message = await withOperation(order.id, () =>
      client.messages.create({ to: order.to, from: order.from, body: "Your order has shipped" }),
    );
    return message.sid;
  } catch (error) {
    // A RestException as ever, now with the reading of it.
    const { failure } = error as { failure?: Failure };
    return failure === undefined ? "unexpected" : `${failure.kind}: ${failure.guidance}`;
  }
}
