/**
 * The body of `POST /v1/messages`: whom to reach and with what, without a provider's vocabulary.
 */
import { z } from "@hono/zod-openapi";
import type { NeutralMessage } from "@landline/core";
import { isRecord } from "@landline/core";
import { optionShape } from "./operation-request.schema.ts";
import type { OperationOptions } from "./operation-request.ts";
import { optionNames, readOptions, textLengthMax } from "./operation-request.ts";
import type { Read } from "./reading.ts";
import { zodReader } from "./reading.ts";

/** Channels a message may ask for. */
export const channels = ["sms", "mms", "whatsapp", "rcs", "voice"] as const;

const address = z.string().min(1).max(textLengthMax);
const message = {
  to: address.openapi({ example: "+15551234567", description: "E.164, or a channel address" }),
  body: z.string().min(1).max(65_536).optional(),
  media: z.array(z.url().max(2_048)).min(1).max(10).optional(),
  template: z
    .strictObject({ id: z.string().min(1).max(textLengthMax), variables: z.record(z.string(), z.string()).optional() })
    .optional(),
  channel: z.enum(channels).optional(),
  from: address.optional().openapi({ description: "Sender on the first account of the chain" }),
  route: z.string().min(1).max(textLengthMax).optional().openapi({ description: "Name of a configured route" }),
  via: z
    .array(z.string().min(1).max(textLengthMax))
    .min(1)
    .max(10)
    .optional()
    .openapi({ description: "Accounts and channels in order", example: ["tw:sms", "rc:sms"] }),
};

/** For OpenAPI. */
export const messageRequestSchema = z.strictObject({ ...message, ...optionShape }).openapi("MessageRequest");

const messageReader = zodReader(z.strictObject(message));

/** A request for a message. */
export interface MessageRequest {
  readonly message: NeutralMessage;
  readonly route: string | undefined;
  readonly via: readonly string[] | undefined;
  readonly options: OperationOptions;
}

/** Reads the body. */
export function readMessageRequest(value: unknown): Read<MessageRequest> {
  const own: Record<string, unknown> = {};
  if (isRecord(value))
    for (const [name, item] of Object.entries(value))
      if (!(optionNames as readonly string[]).includes(name) && item !== null) own[name] = item;
  const reading = messageReader(isRecord(value) ? own : value);
  if (!reading.ok) return reading;
  const options = readOptions(isRecord(value) ? value : {});
  if (!options.ok) return options;
  const { route, via, ...neutral } = reading.value;
  return { ok: true, value: { message: neutral as NeutralMessage, route, via, options: options.value } };
}
