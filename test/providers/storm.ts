/**
 * What two providers have to tell about many messages: each event signed as they sign, some of them more than once, all
 * of them in an order of chance; and what the operations must have come to when everything was told.
 */
import { createHmac } from "node:crypto";

/** The address the providers know us by; everything is signed for it. */
export const publicUrl = "https://landline.example.com";

/** Secrets the events are signed with. */
export const secrets = { twilio: "storm-auth-token", redCloud: "storm-webhook-secret" };

/** One callback. */
export interface Post {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The status it is answered with, whenever it comes. */
  readonly answer: number;
}

/** How one message ends, and every word said on the way there. */
export interface Fate {
  readonly provider: "tw" | "rc";
  readonly class: "bulk" | "standard";
  /** Words in the order of the provider; a code where there is one. */
  readonly words: readonly (readonly [status: string, code?: string])[];
  readonly state: string;
  readonly parkedReason: string | null;
}

const fate = (
  provider: Fate["provider"],
  words: Fate["words"],
  state: string,
  urgency: Fate["class"] = "bulk",
): Fate => ({
  provider,
  class: urgency,
  words,
  state,
  parkedReason: state === "parked" ? "undelivered" : null,
});

/** Every way a message can go that the storm knows, in turns. */
export const fates: readonly Fate[] = [
  fate("tw", [["queued"], ["sending"], ["sent"], ["delivered"]], "delivered"),
  fate("rc", [["message.queued"], ["message.sent"], ["message.delivery"]], "delivered"),
  fate("tw", [["sent"], ["delivered"], ["read"]], "delivered", "standard"),
  fate("tw", [["sending"], ["sent"], ["undelivered", "30003"]], "undelivered"),
  fate("rc", [["message.queued"], ["message.sent"], ["message.failed", "CARRIER_REJECTED"]], "undelivered"),
  fate("tw", [["sent"], ["undelivered", "30005"], ["delivered"]], "delivered"),
  fate("tw", [["sending"], ["sent"]], "accepted"),
  fate("rc", [["message.queued"], ["message.sent"]], "accepted"),
  fate("tw", [["sending"], ["failed", "30034"]], "parked", "standard"),
];

/** One message that was accepted. */
export interface Message {
  readonly fate: Fate;
  readonly operationId: string;
  readonly providerId: string;
  readonly to: string;
}

/** Everything there is to tell about a message, once. */
export function eventsOf(message: Message): readonly Post[] {
  const { fate: end, operationId, providerId, to } = message;
  return end.words.map(([status, code], index) => {
    if (end.provider === "rc") {
      const failure = code === undefined ? {} : { failure: { code, message: "refused" } };
      return redCloudPost({
        type: status,
        messageId: providerId,
        externalReference: operationId,
        sequence: index + 1,
        ...failure,
      });
    }
    const form = {
      MessageSid: providerId,
      MessageStatus: status,
      To: to,
      ...(code === undefined ? {} : { ErrorCode: code }),
    };
    return twilioPost(form, `?op=${operationId}`);
  });
}

/** An event of Red Cloud's, signed. */
export function redCloudPost(event: Readonly<Record<string, unknown>>, secret = secrets.redCloud): Post {
  const body = JSON.stringify(event);
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const signature = createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
  const headers = {
    "content-type": "application/json",
    "x-redcloud-timestamp": timestamp,
    "x-redcloud-signature": signature,
  };
  return { path: "/webhooks/rc", headers, body, answer: secret === secrets.redCloud ? 204 : 403 };
}

/** A callback of Twilio's, signed. */
export function twilioPost(form: Readonly<Record<string, string>>, query = "", token = secrets.twilio): Post {
  const path = `/webhooks/tw${query}`;
  const named = Object.keys(form).toSorted((left, right) => (left < right ? -1 : 1));
  const text = publicUrl + path + named.map((name) => name + (form[name] ?? "")).join("");
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    "x-twilio-signature": createHmac("sha1", token).update(text).digest("base64"),
  };
  return { path, headers, body: new URLSearchParams(form).toString(), answer: token === secrets.twilio ? 204 : 403 };
}

/**
 * Exactly `total` posts in an order of chance: every one at least once, and copies of them for the rest.
 * @param random from 0 to below 1
 */
export function storm(posts: readonly Post[], total: number, random: () => number): readonly Post[] {
  const copies = Array.from(
    { length: Math.max(0, total - posts.length) },
    () => posts[Math.floor(random() * posts.length)],
  );
  return [...posts, ...copies.filter((post) => post !== undefined)]
    .map((post) => ({ post, draw: random() }))
    .toSorted((left, right) => left.draw - right.draw)
    .map(({ post }) => post);
}

/** A stream of chance that is the same for the same seed (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
