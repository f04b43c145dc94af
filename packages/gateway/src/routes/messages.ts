/**
 * `POST /v1/messages`: a neutral message becomes operations. The first step of the chain is the operation, the rest are
 * its fallback, tried in order only after the one before certainly failed.
 */
import type { NeutralMessage } from "@landline/core";
import type { FallbackStep } from "@landline/outbox";
import type { Route } from "../call.ts";
import { route } from "../call.ts";
import { idempotencyKeyOf } from "../middleware/idempotency-key.ts";
import type { RouteStep } from "../options.ts";
import type { Problem } from "../reply.ts";
import { invalid, problem } from "../reply.ts";
import type { MessageRequest } from "../schemas/message-request.ts";
import { channels, readMessageRequest } from "../schemas/message-request.ts";
import { createMessageDocument } from "./documents.ts";
import { enqueueOne, enqueueRequest, traceparentOf, wireField } from "./enqueue.ts";
import type { RoutePorts } from "./ports.ts";

/** The route. */
export function createMessageRoute(ports: RoutePorts): Route {
  return route({
    method: "POST",
    path: "/v1/messages",
    access: "create",
    document: createMessageDocument,
    body: {
      type: "json",
      optional: false,
      bytesMax: Math.min(ports.limits.bodyBytesMax, ports.limits.operationBytesMax),
      read: readMessageRequest,
    },
    before: ({ request }) => {
      const key = idempotencyKeyOf(request.headers);
      return typeof key === "string" ? null : key;
    },
    answer: async ({ request, caller, body }) => {
      const idempotencyKey = idempotencyKeyOf(request.headers);
      if (typeof idempotencyKey !== "string") return idempotencyKey;
      const steps = translate(body, ports);
      if ("type" in steps) return steps;
      const [first, ...fallback] = steps;
      if (first === undefined) return invalid("route", "The route has no steps");
      const asked = enqueueRequest(
        caller,
        idempotencyKey,
        traceparentOf(request.headers),
        { ...first, fallback },
        body.options,
      );
      return enqueueOne(caller, { ...asked, idempotencyKey }, ports, neutralField);
    },
  });
}

/** A step and the path of what named it in the body. */
type NamedStep = RouteStep & { readonly field: string };

function translate(asked: MessageRequest, ports: RoutePorts): readonly FallbackStep[] | Problem {
  const chain = chainOf(asked, ports);
  if ("type" in chain) return chain;
  const steps: FallbackStep[] = [];
  for (const step of chain) {
    const account = ports.accounts.get(step.account);
    if (account === undefined) return invalid(step.field, `There is no account ${JSON.stringify(step.account)}`);
    const channel = step.channel ?? asked.message.channel ?? null;
    if (channel !== null && !isChannel(channel))
      return invalid(step.field, `${channel} is not one of ${channels.join(", ")}`);
    const { from, ...rest } = asked.message;
    // A sender belongs to one account; the others of the chain use their own.
    const sender = from !== undefined && step.account === chain[0]?.account ? { from } : {};
    const made = account.provider.message({ ...rest, ...sender, ...(channel === null ? {} : { channel }) });
    if (!made.ok) {
      const field = made.failure.field === null ? step.field : neutralName(made.failure.field);
      return problem("VALIDATION_ERROR", made.failure.message, {
        field,
        via: step.account,
        guidance: made.failure.guidance,
      });
    }
    steps.push({ account: step.account, operation: made.operation, input: made.input });
  }
  return steps;
}

function chainOf(asked: MessageRequest, ports: RoutePorts): readonly NamedStep[] | Problem {
  const { route: name, via } = asked;
  if (name !== undefined && via !== undefined) return invalid("via", "Give route or via, not both");
  if (via !== undefined) return via.map((text, index) => ({ ...stepOf(text), field: `via.${index}` }));
  if (name !== undefined) {
    const steps = ports.routes.get(name);
    return steps === undefined
      ? invalid("route", `There is no route ${JSON.stringify(name)}`)
      : steps.map((step) => ({ ...step, field: "route" }));
  }
  const [only, second] = ports.accounts.keys();
  if (only !== undefined && second === undefined) return [{ account: only, channel: null, field: "to" }];
  return invalid("route", "Say which way: route (a configured route) or via (accounts in order)");
}

/** `tw:sms` → account and channel; `tw` → the account alone. */
function stepOf(text: string): RouteStep {
  const colon = text.indexOf(":");
  return colon < 0
    ? { account: text, channel: null }
    : { account: text.slice(0, colon), channel: text.slice(colon + 1) };
}

function isChannel(text: string): text is NonNullable<NeutralMessage["channel"]> {
  return (channels as readonly string[]).includes(text);
}

const neutralNames: Readonly<Record<string, string>> = {
  to: "to",
  phonenumber: "to",
  recipient: "to",
  body: "body",
  text: "body",
  content: "body",
  from: "from",
  sendfrom: "from",
  messagingservicesid: "from",
  mediaurl: "media",
  media: "media",
  contentsid: "template",
  contentvariables: "template.variables",
  template: "template",
};

/** The provider's field under the name the caller gave it. */
function neutralName(field: string): string {
  const [head = ""] = field.split(".");
  const folded = head.toLowerCase().replaceAll("_", "");
  return Object.hasOwn(neutralNames, folded) ? (neutralNames[folded] ?? field) : field;
}

function neutralField(field: string): string {
  const inside = /^(?:fallback\.\d+\.)?input\.(.+)$/.exec(field);
  return inside === null ? wireField(field) : neutralName(inside[1] ?? field);
}
