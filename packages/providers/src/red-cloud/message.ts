/** The neutral form of a message, in Red Cloud's terms: SMS without media, MMS with. */
import type { NeutralMessage, Provider } from "@landline/core";
import { defectFailure } from "../input/rules.ts";

type Translated = ReturnType<Provider["message"]>;

const docs = "https://dev.redcloud.live/messaging/send-message";

/** Translates; one recipient for each operation, so that one key stands for one person. */
export function translate({ to, body, media, template, channel, from }: NeutralMessage): Translated {
  const hasMedia = media !== undefined && media.length > 0;
  if (channel !== undefined && channel !== "sms" && channel !== "mms")
    return refused("channel", "must be sms or mms: Red Cloud has no other");
  if (template !== undefined) return refused("template", "cannot be sent by Red Cloud, which has no templates");
  if (channel === "sms" && hasMedia) return refused("media", "cannot be sent by channel sms; use mms");
  if (channel === "mms" && !hasMedia) return refused("media", "is required for channel mms");
  const input = {
    ...(from === undefined ? {} : { sendFrom: from }),
    to: [to],
    messageType: hasMedia ? "MMS" : "SMS",
    ...(body === undefined ? {} : { text: body }),
    ...(hasMedia ? { media } : {}),
  };
  return { ok: true, operation: "messages.send", input };
}

function refused(field: string, message: string): Translated {
  return { ok: false, failure: defectFailure({ field, message }, docs) };
}
