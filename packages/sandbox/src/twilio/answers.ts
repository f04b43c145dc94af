/**
 * Twilio's answers as they look on the wire: JSON, the XML of a path without `.json`, and the 2010 error envelope.
 */
import { STATUS_CODES } from "node:http";
import type { Answer } from "../fake.ts";

/** A path with `.json` gets JSON, one without gets XML (https://www.twilio.com/docs/usage/twilios-response). */
export type Format = "json" | "xml";

/** Renders a resource. */
export function answer(status: number, resource: Readonly<Record<string, unknown>>, format: Format): Answer {
  if (format === "json")
    return { status, headers: { "content-type": "application/json;charset=utf-8" }, body: JSON.stringify(resource) };
  const body = `<?xml version='1.0' encoding='UTF-8'?>\n<TwilioResponse>${xml(resource)}</TwilioResponse>`;
  return { status, headers: { "content-type": "application/xml;charset=utf-8" }, body };
}

/** 204: nothing to say. */
export const noContent: Answer = { status: 204, headers: {}, body: "" };

/** An error in the 2010 envelope, `{code, message, more_info, status}`; the code may be null. */
export function refuse(
  status: number,
  code: number | string | null,
  message: string | null = null,
  format: Format = "json",
): Answer {
  const text = message ?? messages.get(Number(code)) ?? STATUS_CODES[status] ?? "Error";
  return answer(
    status,
    { code, message: text, more_info: `https://www.twilio.com/docs/errors/${code ?? ""}`, status },
    format,
  );
}

/** Our own short words for the codes the sandbox answers with; nobody may branch on them. */
const messages: ReadonlyMap<number, string> = new Map([
  [20003, "Authenticate"],
  [20009, "The resource is not finished and cannot be deleted"],
  [20404, "The requested resource was not found"],
  [20409, "The resource is in a state that does not allow this change"],
  [20422, "Invalid parameter"],
  [20429, "Too Many Requests"],
  [20500, "Internal Server Error"],
  [20503, "Service unavailable"],
  [21201, "No 'To' number is specified"],
  [21205, "Url is not a valid URL"],
  [21210, "'From' is not a number of this account"],
  [21211, "Invalid 'To' phone number"],
  [21212, "Invalid 'From' phone number"],
  [21213, "No 'From' number is specified"],
  [21214, "'To' cannot be reached"],
  [21215, "Calls to this country are not enabled"],
  [21216, "Calls to this number are blocked"],
  [21217, "'To' does not appear to be a valid number"],
  [21408, "Messages to this region are not enabled"],
  [21602, "A message body is required"],
  [21603, "A 'From' number or a Messaging Service is required"],
  [21604, "A 'To' number is required"],
  [21606, "'From' is not a message-capable number of this account"],
  [21609, "StatusCallback is not a valid URL"],
  [21610, "The recipient has unsubscribed"],
  [21611, "The queue of this 'From' number is full"],
  [21612, "This 'To' and 'From' combination cannot be routed"],
  [21614, "'To' is not a mobile number"],
  [21617, "The body exceeds 1600 characters"],
  [21623, "More than 10 media URLs"],
  [21655, "ContentSid is invalid"],
  [21656, "ContentVariables is invalid"],
  [21705, "The Messaging Service is invalid"],
  [32018, "Twiml exceeds 4000 characters"],
  [60200, "Invalid parameter"],
  [60202, "Max check attempts reached"],
  [60203, "Max send attempts reached"],
]);

function xml(value: unknown, name?: string): string {
  if (Array.isArray(value)) return wrap(name, value.map((each) => xml(each, "Item")).join(""));
  if (typeof value === "object" && value !== null)
    return wrap(
      name,
      Object.entries(value)
        .map(([key, each]) => xml(each, pascal(key)))
        .join(""),
    );
  return wrap(
    name,
    value === null || value === undefined ? "" : escape(typeof value === "string" ? value : JSON.stringify(value)),
  );
}

const wrap = (name: string | undefined, inside: string): string =>
  name === undefined ? inside : `<${name}>${inside}</${name}>`;
const pascal = (key: string): string => key.replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
const escape = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

let lastSecond = Number.NaN;
let lastText = "";

/** RFC 2822 text in GMT, as Twilio writes dates; null stays null. */
export function rfc2822(ms: number | null): string | null {
  if (ms === null) return null;
  const second = Math.floor(ms / 1_000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastText = new Date(second * 1_000).toUTCString().replace("GMT", "+0000");
  }
  return lastText;
}
