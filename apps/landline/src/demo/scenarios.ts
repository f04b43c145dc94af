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
  readonly faults: { readonly rules: readonly unknown[]; readonly recipients?: Readonly<Record<string, unknown>> };
}

/** Names the demonstration's account in configuration and requests. */
export const accountName = "demo";

/**
 * Ways to fail, the same shares for everybody: about a third of all requests go wrong somehow.
 * @param busy how this provider says that it cannot at the moment, without saying whether it did
 * @param facts `retryAfter`: whether its pages speak of that header; `first`: rules before all others
 */
function flaky(
  operation: string,
  busy: { readonly status: number; readonly code?: string | number },
  facts: { readonly retryAfter: boolean; readonly first?: readonly unknown[] },
): { readonly rules: readonly unknown[] } {
  const share = (part: number, what: Record<string, unknown>): unknown => ({
    when: { operation, share: part },
    do: what,
  });
  return {
    rules: [
      ...(facts.first ?? []),
      share(0.08, busy),
      share(0.05, { status: 500, accept: true }),
      share(0.05, { reset: "after-accept" }),
      share(0.04, { reset: "before-accept" }),
      share(0.03, { hang: true }),
      share(0.03, { status: 502, html: true }),
      share(0.03, { truncate: 40 }),
      { when: { operation }, do: { rate_limit: { per_second: 25, retry_after: facts.retryAfter } } },
    ],
  };
}

/** Recipients of the list whom Twilio refuses as its test numbers; the others are told to refuse the same ones. */
const special = {
  invalid: "+15005550001",
  unroutable: "+15005550002",
  notPermitted: "+15005550003",
  optedOut: "+15005550004",
  landline: "+15005550009",
} as const;

const refusing = (to: string, status: number, code: string, message: string): unknown => ({
  when: { to },
  do: { status, code, message },
});

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
    faults: flaky("messages.create", { status: 503, code: 20503 }, { retryAfter: true }),
  },
  "red-cloud": {
    provider: "red-cloud",
    account: {
      provider: "red-cloud",
      clientId: "demo-client",
      clientSecret: "demo-client-secret",
      sendFrom: "num_sandbox",
    },
    request: (recipient) => ({
      path: "/v1/messages",
      body: { to: recipient.to, body: recipient.body, via: [`${accountName}:sms`] },
    }),
    faults: {
      ...flaky("messages.send", { status: 502, code: "UPSTREAM_ERROR" }, { retryAfter: false }),
      recipients: {
        invalid: [special.invalid, special.unroutable, special.notPermitted],
        opted_out: [special.optedOut],
        landline: [special.landline],
      },
    },
  },
  noticia: {
    provider: "noticia",
    account: { provider: "noticia", apiKey: "ntca_demo-api-key" },
    // Noticia sends no messages: each row becomes the consent that its person gave.
    request: (recipient) => ({
      path: "/v1/operations",
      body: {
        account: accountName,
        operation: "subscriptions.opt-in",
        input: {
          phoneNumber: recipient.to,
          consentSource: "WEB_FORM",
          consentedAt: "2026-01-31T09:00:00Z",
          consentProof: { termsVersion: "1", sourceText: recipient.reference },
        },
      },
    }),
    faults: flaky(
      "subscriptions.opt-in",
      { status: 500, code: "INTERNAL_ERROR" },
      {
        retryAfter: false,
        first: [
          refusing(special.invalid, 400, "VALIDATION_ERROR", "phoneNumber must be a valid number"),
          refusing(special.unroutable, 400, "VALIDATION_ERROR", "phoneNumber cannot be reached"),
          refusing(
            special.notPermitted,
            403,
            "AUTHORIZATION_FORBIDDEN",
            "The key may not write consent for this country",
          ),
          refusing(special.optedOut, 409, "RESOURCE_CONFLICT", "The number opted out at the carrier"),
          refusing(special.landline, 404, "RESOURCE_NOT_FOUND", "The profile does not exist"),
        ],
      },
    ),
  },
};
