/**
 * The fake Red Cloud: token endpoint, `whoami`, `numbers`, send, and signed events.
 */
import type { Answer, Call, Fake, FakeWorld, Received } from "../fake.ts";
import { readObject } from "../http/json-body.ts";
import { randomHex } from "../random.ts";
import { answer, refusal, refuse } from "./answers.ts";
import { eventCallback } from "./events.ts";
import type { RedCloudWebhook } from "./events.ts";
import { createMessages } from "./messages.ts";
import { defaultRedCloudNumbers, ownedBy, renderNumber } from "./numbers.ts";
import type { RedCloudNumber } from "./numbers.ts";
import { createTokens } from "./tokens.ts";
import type { RedCloudClient } from "./tokens.ts";

export { defaultRedCloudNumbers } from "./numbers.ts";
export type { RedCloudNumber } from "./numbers.ts";
export type { RedCloudClient } from "./tokens.ts";

/** How this Red Cloud differs from the most welcoming one. */
export interface RedCloudOptions {
  /** Who may call. Default: whoever names an id and a secret. */
  readonly clients?: readonly RedCloudClient[];
  /** Default: `defaultRedCloudNumbers`. */
  readonly numbers?: readonly RedCloudNumber[];
  /** Milliseconds a bearer token lives. Default one hour. */
  readonly tokenLifetimeMs?: number;
  /** Where events go. Default: nowhere. */
  readonly webhook?: RedCloudWebhook;
  /** Milliseconds from one event to the next. Default 250. */
  readonly stepMs?: number;
}

const tokenPath = "/api/auth/token";
const capabilities = ["numbers:read", "messages:send"];

/** A Red Cloud nobody has called yet. */
export function createRedCloud(world: FakeWorld, options: RedCloudOptions): Fake {
  const tokens = createTokens(options.clients ?? null, options.tokenLifetimeMs ?? 3_600_000);
  const numbers = options.numbers ?? defaultRedCloudNumbers;
  const webhook = options.webhook ?? null;
  const messages = createMessages(world, { numbers, webhook, stepMs: options.stepMs ?? 250 });

  const whoami = (client: RedCloudClient): Answer => {
    const own = ownedBy(client, numbers);
    return answer(200, {
      apiClientId: client.clientId,
      apiClientName: `Sandbox client ${client.clientId}`,
      apiClientStatus: "ACTIVE",
      capabilities,
      assignedNumbers: {
        total: own.length,
        smsEnabledCount: own.filter(({ smsEnabled }) => smsEnabled).length,
        mmsEnabledCount: own.filter(({ mmsEnabled }) => mmsEnabled).length,
      },
      inboundWebhookConfigured: webhook !== null,
      deliveryWebhookConfigured: webhook !== null,
    });
  };

  const inbound = (command: Readonly<Record<string, unknown>>): boolean => {
    if (webhook === null) return false;
    const event = {
      type: "message.inbound",
      messageId: `msg_${randomHex(12)}`,
      sequence: 1,
      occurredAt: new Date(world.now()).toISOString(),
      from: command["from"] ?? null,
      to: command["to"] ?? null,
      text: command["text"] ?? "",
    };
    world.courier.send([eventCallback(event, webhook, 0, () => world.now())], null);
    return true;
  };

  const protectedCall = (received: Received): Call => {
    const route = `${received.method} ${received.path}`;
    const send = route === "POST /api/core/messages/send";
    const body = send ? readObject(received.body) : null;
    const text = (value: unknown): string | null => (typeof value === "string" ? value : null);
    return {
      operation: operations[route] ?? "unknown",
      to: Array.isArray(body?.["to"]) ? text(body["to"][0]) : null,
      from: text(body?.["sendFrom"]),
      operationId: text(body?.["externalReference"]),
      perform(performance) {
        const client = tokens.clientOf(received, performance.now);
        if (client === null) return refuse(401, "UNAUTHORIZED", "Invalid or missing bearer token");
        if (send) return messages.send(received, client, performance);
        if (route === "GET /api/core/whoami") return whoami(client);
        if (route === "GET /api/core/numbers")
          return answer(200, { numbers: ownedBy(client, numbers).map(renderNumber) });
        return refuse(404, "NOT_FOUND", "Resource not found");
      },
    };
  };

  return {
    name: "red-cloud",
    owns: (path) => /^\/api\/(auth|core)(\/|$)/.test(path),
    identify(received) {
      if (received.path !== tokenPath) return protectedCall(received);
      const perform: Call["perform"] = ({ now }) => tokens.issue(received, now);
      return { operation: "token", to: null, from: null, operationId: null, perform };
    },
    refusal: (status, fault, received) => refusal(status, fault, received.path === tokenPath),
    ambientHeaders: () => ({}),
    apply: (effect) => messages.apply(effect),
    announce: (effect, fault) => messages.announce(effect, fault),
    control(command) {
      switch (command.action) {
        case "revoke-tokens":
          tokens.revokeAll();
          return true;
        case "set-client": {
          const { client_id: id, status } = command;
          return (
            typeof id === "string" && (status === "ACTIVE" || status === "INACTIVE") && tokens.setStatus(id, status)
          );
        }
        case "inbound":
          return inbound(command);
        default:
          return false;
      }
    },
    reset() {
      messages.reset();
      tokens.reset();
    },
  };
}

const operations: Readonly<Record<string, string>> = {
  "POST /api/core/messages/send": "messages.send",
  "GET /api/core/whoami": "whoami",
  "GET /api/core/numbers": "numbers.list",
};
