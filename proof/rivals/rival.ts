/**
 * What people use instead, put through the same evening: each with the recipe its documentation gives, none of them
 * made worse than a careful user would have it.
 */

/** A message that somebody wants sent exactly once. */
export interface Message {
  readonly number: number;
  readonly to: string;
  readonly body: string;
}

/** What a rival's own books say about a message in the end. */
export type Belief = "sent" | "failed" | "open";

/** Sends one message. @throws when the answer is anything but a success, or does not come */
export type Send = (message: Message) => Promise<void>;

/** One way to send messages with retries. */
export interface Rival {
  readonly name: string;
  /** The recipe, for the table. */
  readonly recipe: string;
  /** Hands a message over from the application's process; rejects when it was not taken. */
  post(target: Target, message: Message): Promise<void>;
  /** In the worker's process: sends what is handed over, until the process dies. */
  work(target: Target, send: Send): Promise<void>;
  /** Before the first message. */
  prepare?(target: Target): Promise<void>;
  /** After each `kill -9` of the worker, before its new start: what an operator is told to do. */
  afterKill?(target: Target): Promise<void>;
  /** Ends connections of the application's process. */
  leave?(): Promise<void>;
  /** The books; null when there are none. */
  books(target: Target): Promise<ReadonlyMap<number, Belief> | null>;
  /** Messages that it still means to send. */
  open(target: Target): Promise<number>;
}

/** Where a rival lives. */
export interface Target {
  /** Its database. */
  readonly url: string;
  /** A port of its own on loopback. */
  readonly port: number;
  /** Base URL of the fake Twilio. */
  readonly provider: string;
}

/** Milliseconds after which an attempt is given up, as in Landline's own policy of the proof. */
export const attemptTimeoutMs = 1_000;

/** Sends through the fake Twilio behind a base URL. */
export function sendThrough(baseUrl: string): Send {
  const accountSid = `AC${"0".repeat(32)}`;
  const authorization = `Basic ${Buffer.from(`${accountSid}:proof-auth-token`).toString("base64")}`;
  return async ({ to, body }) => {
    const response = await fetch(`${baseUrl}/2010-04-01/Accounts/${accountSid}/Messages.json`, {
      method: "POST",
      headers: { authorization, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ To: to, From: "+15005550006", Body: body }),
      signal: AbortSignal.timeout(attemptTimeoutMs),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`status ${response.status}`);
    JSON.parse(text);
  };
}
