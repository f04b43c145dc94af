/**
 * What a demonstration does with each provider: the account, the call a row becomes, and what goes wrong on the way.
 */
import type { Recipient } from "./recipients.ts";

/** One provider's part of the demonstration. */
export interface Scenario {
  readonly provider: string;
  /** The `accounts` entry, `baseUrl` filled in later. */
  readonly account: Readonly<Record<string, unknown>>;
  /** The request a row becomes. */
  request(recipient: Recipient): { readonly path: string; readonly body: Readonly<Record<string, unknown>> };
  /** Rules for the sandbox, in the form of the reference docs. */
  readonly faults: { readonly rules: readonly unknown[] };
}

/** Names the demonstration's account in configuration and requests. */
export const accountName = "demo";

/** Ways to fail, the same shares for everybody: about a fifth of all requests go wrong somehow. */
function flaky(operation: string, busyCode: string | number): { readonly rules: readonly unknown[] } {
  const share = (part: number, what: Record<string, unknown>): unknown => ({
    when: { operation, share: part },
    do: what,
  });
  return {
    rules: [
      share(0.06, { status: 503, code: busyCode }),
      share(0.04, { status: 500, accept: true }),
      share(0.04, { reset: "after-accept" }),
      share(0.03, { reset: "before-accept" }),
      share(0.01, { hang: true }),
      share(0.02, { hang: true, accept: true }),
      share(0.03, { status: 502, html: true }),
      share(0.03, { truncate: 40 }),
      { when: { operation }, do: { rate_limit: { per_second: 25, retry_after: true } } },
    ],
  };
}

/** Every demonstration there is, by provider. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  twilio: {
    provider: "twilio",
    account: {
      provider: "twilio",
      accountSid: `AC${"0".repeat(32)}`,
      authToken: "demo-auth-token",
      from: "+15005550006",
      lookupSettle: "300ms",
    },
    request: (recipient) => ({
      path: "/v1/messages",
      body: { to: recipient.to, body: recipient.body, via: [`${accountName}:sms`] },
    }),
    faults: flaky("messages.create", 20503),
  },
};
