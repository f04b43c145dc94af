/**
 * Status callbacks: form posts, signed with the account's primary auth token, retried as the URL's fragment asks.
 *
 * Sources: https://www.twilio.com/docs/usage/webhooks/webhooks-security (signature),
 * https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides (`#rc=…&rp=…`).
 */
import { createHmac } from "node:crypto";
import { randomHex } from "../random.ts";
import type { Callback, DeliveryFailure } from "../webhooks/courier.ts";
import type { Step } from "./lifecycle.ts";

/** What a URL's fragment overrides. */
export interface ConnectionOverrides {
  /** Further attempts, 0 to 5. */
  readonly retries: number;
  /** `4xx`, `5xx`, `ct`, `rt`, `all`. */
  readonly policies: readonly string[];
  /** Milliseconds to wait for an answer. */
  readonly readTimeoutMs: number;
}

/** Reads `#ct=…&rt=…&tt=…&rc=…&rp=…`; anything missing or out of bounds falls back to Twilio's default. */
export function readOverrides(url: string): ConnectionOverrides {
  const fragment = new URLSearchParams(url.includes("#") ? url.slice(url.indexOf("#") + 1) : "");
  const number = (name: string, least: number, most: number, otherwise: number): number => {
    const text = fragment.get(name);
    const value = Number(text ?? Number.NaN);
    return Number.isInteger(value) && value >= least && value <= most ? value : otherwise;
  };
  return {
    retries: number("rc", 0, 5, 1),
    policies: (fragment.get("rp") ?? "ct").split(","),
    readTimeoutMs: Math.min(number("rt", 100, 15_000, 15_000), number("tt", 100, 15_000, 15_000)),
  };
}

/**
 * `X-Twilio-Signature` of a form post: base64(HMAC-SHA1(token, URL + name and value of each parameter, by name)).
 * @param url as the receiver sees it, without fragment
 */
export function signForm(token: string, url: string, form: Readonly<Record<string, string>>): string {
  const text = Object.keys(form)
    .toSorted()
    .map((name) => `${name}${form[name] ?? ""}`)
    .join("");
  return createHmac("sha1", token)
    .update(url + text)
    .digest("base64");
}

/** What callbacks are made from. */
export interface Announcement {
  readonly sid: string;
  /** With query and, if any, fragment. */
  readonly url: string;
  readonly token: () => string;
  readonly steps: readonly Step[];
  /** Whether the resource still takes this step. */
  readonly still: (step: Step) => boolean;
  readonly form: (step: Step, index: number) => Readonly<Record<string, string>>;
}

const policyOf: Readonly<Record<DeliveryFailure, string>> = { connect: "ct", read: "rt", "4xx": "4xx", "5xx": "5xx" };

/** The callbacks for all steps. Waits between attempts grow from 100 ms, so that `tt` (15 s) is kept. */
export function statusCallbacks(announcement: Announcement): readonly Callback[] {
  const { sid, steps, still, token } = announcement;
  const overrides = readOverrides(announcement.url);
  const url = announcement.url.split("#", 1)[0] ?? "";
  return steps.map((step, index): Callback => {
    const form = announcement.form(step, index);
    const repeatToken = randomHex(16);
    return {
      id: sid,
      status: step.status,
      afterMs: step.atMs,
      timeoutMs: overrides.readTimeoutMs,
      retryMs: Array.from({ length: overrides.retries }, (_, attempt) => 100 * 2 ** attempt),
      still: () => still(step),
      retries: (failure) => overrides.policies.includes("all") || overrides.policies.includes(policyOf[failure]),
      request: (_, forged) => ({
        url,
        headers: {
          "content-type": "application/x-www-form-urlencoded; charset=utf-8",
          "user-agent": "TwilioProxy/1.1",
          "i-twilio-idempotency-token": repeatToken,
          "x-twilio-signature": signForm(forged ? `not-${token()}` : token(), url, form),
        },
        body: new URLSearchParams(form).toString(),
      }),
    };
  });
}
