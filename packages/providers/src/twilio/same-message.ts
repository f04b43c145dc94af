/**
 * Whether a message in Twilio's list is the one that was asked for.
 *
 * Too strict a comparison calls a message absent that is there, and it would be sent twice. So what Twilio itself may
 * alter (quotes under smart encoding, shortened links, the prefix of trial accounts, redacted texts) is no difference.
 */
import { codeOf, stringOf } from "../http/json.ts";
import type { MessageCreateInput } from "./inputs.ts";

/** Whether a listed message may be what the input asked for. */
export function sameMessage(message: Record<string, unknown>, input: MessageCreateInput): boolean {
  if (!sameAddress(message["to"], input.To) || !isOutbound(message["direction"])) return false;
  if (input.From !== undefined && stringOf(message["from"]) !== null && !sameAddress(message["from"], input.From))
    return false;
  const service = stringOf(message["messaging_service_sid"]);
  if (input.MessagingServiceSid !== undefined && service !== null && service !== input.MessagingServiceSid)
    return false;
  if (input.ContentSid !== undefined) return true;
  return sameMedia(message["num_media"], input) && sameBody(message["body"], input);
}

/** Not one that was received. */
export function isOutbound(direction: unknown): boolean {
  return typeof direction !== "string" || direction.startsWith("outbound");
}

/** Whether two addresses are the same, whatever their case and spacing. */
export function sameAddress(theirs: unknown, ours: string): boolean {
  return (
    typeof theirs === "string" &&
    theirs.replaceAll(/\s/g, "").toLowerCase() === ours.replaceAll(/\s/g, "").toLowerCase()
  );
}

/**
 * More media than were sent are another message. Fewer prove nothing: a Messaging Service may turn media into a link,
 * and nothing says that media are counted before they were fetched. A forced MMS may count its own text.
 */
function sameMedia(theirs: unknown, input: MessageCreateInput): boolean {
  if (input.SendAsMms !== undefined) return true;
  const sent = input.MediaUrl === undefined ? 0 : [input.MediaUrl].flat().length;
  const count = Number(codeOf(theirs) ?? sent);
  return Number.isNaN(count) || count === sent || count === 0;
}

const trialPrefix = "Sent from your Twilio trial account - ";

function sameBody(theirs: unknown, input: MessageCreateInput): boolean {
  if (input.ContentRetention === "discard") return true;
  const body = typeof theirs === "string" ? theirs : "";
  const received = (body.startsWith(trialPrefix) ? body.slice(trialPrefix.length) : body).trim();
  const sent = (input.Body ?? "").trim();
  if (received === sent) return true;
  if (body === "" && sent !== "") return true; // redacted at once by an account setting: says nothing
  const altered = input.MessagingServiceSid !== undefined || isOn(input.SmartEncoded) || isOn(input.ShortenUrls);
  if (!altered) return folded(received, false) === folded(sent, false);
  const shorten = isOn(input.ShortenUrls);
  const ours = folded(sent, shorten);
  const found = folded(received, shorten);
  return found === ours || (input.MediaUrl !== undefined && found.startsWith(ours));
}

function isOn(flag: unknown): boolean {
  return flag === true || flag === "true";
}

/** Letters and digits only, compatibility forms unified; links left out where they may be rewritten. */
function folded(text: string, withoutLinks: boolean): string {
  const plain = withoutLinks ? text.replaceAll(/https?:\/\/\S+/g, "") : text;
  const letters = plain.normalize("NFKC").replaceAll(/[^\p{L}\p{N}]/gu, "");
  return letters === "" ? plain.replaceAll(/\s/g, "") : letters;
}
