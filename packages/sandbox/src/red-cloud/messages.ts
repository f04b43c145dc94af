/**
 * Sending: the required key, replay of accepted answers, conflict, and one effect for each recipient that is taken.
 *
 * Where the pages are silent the sandbox is strict: payloads are compared byte by byte, and only accepted answers are
 * stored, for ever.
 */
import { hash } from "node:crypto";
import type { Answer, FakeWorld, Performance, Received } from "../fake.ts";
import type { Recipients } from "../faults/rules.ts";
import { isJsonType, readObject } from "../http/json-body.ts";
import type { Effect } from "../ledger-entry.ts";
import { randomHex } from "../random.ts";
import { answer, refuse } from "./answers.ts";
import { lifeEvents } from "./events.ts";
import type { RedCloudWebhook } from "./events.ts";
import { refuseSender } from "./numbers.ts";
import type { RedCloudNumber } from "./numbers.ts";
import type { RedCloudClient } from "./tokens.ts";

/** Everything sent so far. */
export interface Messages {
  send(received: Received, client: RedCloudClient, performance: Performance): Answer;
  apply(effect: Effect): void;
  announce(effect: Effect, fault: Performance["callbacks"]): void;
  reset(): void;
}

interface Rejected {
  readonly to: string;
  readonly code: string;
  readonly message: string;
}

interface Stored {
  readonly payload: string;
  readonly results: { readonly to: string; readonly messageId: string; readonly status: "QUEUED" }[];
  readonly errors: readonly Rejected[];
}

interface Payload {
  readonly sendFrom: string;
  readonly to: readonly string[];
  readonly messageType: "SMS" | "MMS";
  readonly externalReference: string | null;
}

/** No messages yet. */
export function createMessages(
  world: FakeWorld,
  settings: {
    readonly numbers: readonly RedCloudNumber[];
    readonly webhook: RedCloudWebhook | null;
    readonly stepMs: number;
  },
): Messages {
  const stored = new Map<string, Stored>();
  return {
    send(received, client, performance) {
      const key = received.headers["idempotency-key"];
      if (typeof key !== "string" || key.trim() === "")
        return refuse(400, "INVALID_REQUEST", "Idempotency-Key header is required");
      const place = `${client.clientId} ${key}`;
      const payload = hash("sha256", received.body, "hex");
      const before = stored.get(place);
      if (before !== undefined)
        return before.payload === payload
          ? answer(202, { results: before.results, errors: before.errors })
          : refuse(409, "CONFLICT", "Idempotency-Key was used with a different payload");
      const read = readPayload(received);
      if ("status" in read) return read;
      const refusal = refuseSender(client, settings.numbers, read.sendFrom, read.messageType);
      if (refusal !== null) return refusal;
      const errors = read.to.flatMap((to) => rejects(to, world.recipients(), performance.rejectRecipients));
      const taken = read.to.filter((to) => !errors.some((error) => error.to === to));
      for (const to of taken) {
        performance.effect({
          at: performance.now,
          operation: "messages.send",
          id: `msg_${randomHex(12)}`,
          to,
          from: read.sendFrom,
          input: { place, payload, errors, external_reference: read.externalReference },
        });
      }
      return answer(202, { results: stored.get(place)?.results ?? [], errors });
    },
    apply({ id, to, input }) {
      const { place, payload, errors } = input as { place: string; payload: string; errors: readonly Rejected[] };
      const entry = stored.get(place) ?? { payload, results: [], errors };
      entry.results.push({ to: to ?? "", messageId: id, status: "QUEUED" });
      stored.set(place, entry);
    },
    announce(effect, fault) {
      if (settings.webhook === null) return;
      const number = settings.numbers.find(({ numberId }) => numberId === effect.from);
      const url = number?.webhookDeliveryOverride ?? settings.webhook.url;
      const failure = world.recipients().undelivered?.[effect.to ?? ""];
      const story = {
        messageId: effect.id,
        from: number?.e164 ?? "",
        to: effect.to ?? "",
        externalReference: (effect.input["external_reference"] as string | null) ?? null,
        at: effect.at,
        failure: failure === undefined ? null : String(failure),
      };
      world.courier.send(
        lifeEvents(story, { ...settings.webhook, url }, settings.stepMs, () => world.now()),
        fault,
      );
    },
    reset: () => stored.clear(),
  };
}

function rejects(to: string, recipients: Recipients, chosen: readonly string[]): readonly Rejected[] {
  if (chosen.includes(to)) return [{ to, code: "RECIPIENT_REJECTED", message: "The recipient was rejected" }];
  if (recipients.opted_out?.includes(to) === true)
    return [{ to, code: "RECIPIENT_OPTED_OUT", message: "The recipient has opted out" }];
  if (recipients.landline?.includes(to) === true)
    return [{ to, code: "RECIPIENT_NOT_MOBILE", message: "The recipient cannot receive messages" }];
  if (recipients.invalid?.includes(to) === true)
    return [{ to, code: "RECIPIENT_INVALID", message: "The recipient is not a valid number" }];
  return [];
}

function readPayload(received: Received): Payload | Answer {
  const no = (message: string, field: string): Answer => refuse(400, "INVALID_REQUEST", message, { field });
  const body = isJsonType(received.headers["content-type"]) ? readObject(received.body) : null;
  if (body === null) return no("The body must be a JSON object", "");
  const { sendFrom, to, messageType, text, media, externalReference } = body;
  if (typeof sendFrom !== "string" || sendFrom === "") return no("sendFrom is required", "sendFrom");
  if (!Array.isArray(to) || to.length === 0) return no("to must be a non-empty array", "to");
  const bad = to.findIndex((each) => typeof each !== "string" || !/^\+[1-9]\d{6,14}$/.test(each));
  if (bad >= 0) return no("to must be in E.164 format", `to[${bad}]`);
  if (messageType !== "SMS" && messageType !== "MMS") return no("messageType must be SMS or MMS", "messageType");
  const hasMedia = Array.isArray(media) && media.length > 0;
  if (messageType === "SMS" && media !== undefined && media !== null) return no("SMS must not have media", "media");
  if (messageType === "MMS" && !hasMedia) return no("media is required for MMS", "media");
  if (messageType === "SMS" && (typeof text !== "string" || text === "")) return no("text is required", "text");
  if (externalReference !== undefined && externalReference !== null && typeof externalReference !== "string")
    return no("externalReference must be a string", "externalReference");
  return { sendFrom, to: [...new Set(to as string[])], messageType, externalReference: externalReference ?? null };
}
