/**
 * Messages from people, on request: a signed form post to the number's webhook, and the opt-outs that Twilio keeps itself.
 *
 * STOP and START are acted upon whether or not anybody listens, as Twilio does; `OptOutType` comes with Advanced Opt-Out.
 */
import type { ControlCommand, FakeWorld } from "../fake.ts";
import type { Recipients } from "../faults/rules.ts";
import { randomHex } from "../random.ts";
import { signForm } from "./callbacks.ts";
import { bareNumber } from "./numbers.ts";

/** Where messages from people go. */
export interface TwilioInbound {
  /** The webhook of every number; null or absent: nobody listens. */
  readonly url?: string | null;
  /** Whether `OptOutType` is sent. Default true. */
  readonly advancedOptOut?: boolean;
}

/** People who write. */
export interface Inbound {
  /** Sends `{from, to, text}`; false when it says too little. */
  send(command: ControlCommand, accountSid: string, token: string): boolean;
  /** The given recipients, and who opted out by writing STOP. */
  with(recipients: Recipients): Recipients;
  reset(): void;
}

const words = {
  STOP: /^\s*(stop|stopall|unsubscribe|cancel|end|quit)\s*$/i,
  START: /^\s*(start|yes|unstop)\s*$/i,
  HELP: /^\s*(help|info)\s*$/i,
} as const;

/** Nobody has written yet. */
export function createInbound(world: FakeWorld, options: TwilioInbound): Inbound {
  const stopped = new Set<string>();
  return {
    send({ from, to, text }, accountSid, token) {
      if (typeof from !== "string" || typeof to !== "string" || typeof text !== "string") return false;
      const type = (["STOP", "START", "HELP"] as const).find((word) => words[word].test(text)) ?? null;
      if (type === "STOP") stopped.add(bareNumber(from));
      if (type === "START") stopped.delete(bareNumber(from));
      const url = options.url ?? null;
      if (url === null) return true;
      const sid = `SM${randomHex(16)}`;
      const form = {
        MessageSid: sid,
        SmsSid: sid,
        AccountSid: accountSid,
        ApiVersion: "2010-04-01",
        From: from,
        To: to,
        Body: text,
        NumMedia: "0",
        SmsStatus: "received",
        ...(type !== null && options.advancedOptOut !== false ? { OptOutType: type } : {}),
      };
      const callback = {
        id: sid,
        status: "received",
        afterMs: 0,
        timeoutMs: 15_000,
        retryMs: [100],
        still: () => true,
        retries: (failure: string) => failure === "connect",
        request: (_: number, forged: boolean) => ({
          url,
          headers: {
            "content-type": "application/x-www-form-urlencoded; charset=utf-8",
            "user-agent": "TwilioProxy/1.1",
            "x-twilio-signature": signForm(forged ? `not-${token}` : token, url, form),
          },
          body: new URLSearchParams(form).toString(),
        }),
      };
      world.courier.send([callback], null);
      return true;
    },
    with: (recipients) =>
      stopped.size === 0 ? recipients : { ...recipients, opted_out: [...(recipients.opted_out ?? []), ...stopped] },
    reset: () => stopped.clear(),
  };
}
