/**
 * What an operation's input consists of, so that an editor can label, order and check it. Names are the provider's own.
 *
 * A field that is not listed is still shown and kept: this table helps, it does not decide. The gateway checks again.
 */
import { phoneProblem } from "./phone.ts";
import { variablesProblem } from "./template.ts";

/** How a field is edited and checked. */
export interface Field {
  readonly name: string;
  readonly kind: "phone" | "message" | "text" | "url" | "json" | "number" | "choice" | "list" | "phones" | "variables";
  readonly required?: boolean;
  readonly lengthMax?: number;
  readonly choices?: readonly string[];
  readonly hint?: string;
}

const phone = (name: string, required = true): Field => ({ name, kind: "phone", required });
const text = (name: string, rest: Partial<Field> = {}): Field => ({ name, kind: "text", ...rest });
const sid: Field = text("Sid", { required: true, hint: "SM… or MM…" });
const profile = text("external_id", { required: true, hint: "The customer's id in your own system" });

const consent: readonly Field[] = [
  phone("phoneNumber"),
  text("profileId"),
  text("consentSource", { hint: "WEB_FORM, IN_STORE_TABLET, LOYALTY_PROGRAM, …" }),
  text("consentedAt", { hint: "An instant, such as 2026-01-31T12:00:00Z" }),
  { name: "consentProof", kind: "json" },
];

const byOperation: Readonly<Record<string, readonly Field[]>> = {
  "messages.create": [
    phone("To"),
    text("From", { hint: "A number, a short code or a sender name" }),
    text("MessagingServiceSid", { hint: "MG…, instead of From" }),
    { name: "Body", kind: "message", lengthMax: 1_600 },
    { name: "MediaUrl", kind: "list", hint: "One address per line" },
    text("ContentSid", { hint: "HX…" }),
    { name: "ContentVariables", kind: "variables" },
    { name: "ValidityPeriod", kind: "number", hint: "Seconds, 1 to 36000" },
  ],
  "calls.create": [
    phone("To"),
    phone("From"),
    { name: "Url", kind: "url" },
    { name: "Twiml", kind: "text", lengthMax: 4_000 },
    { name: "Timeout", kind: "number", hint: "Seconds to ring" },
  ],
  "verifications.create": [
    text("ServiceSid", { required: true, hint: "VA…" }),
    text("To", { required: true, hint: "A number, or an address for the channel email" }),
    {
      name: "Channel",
      kind: "choice",
      required: true,
      choices: ["sms", "call", "email", "whatsapp", "sna", "auto", "rcs"],
    },
    text("Locale"),
  ],
  "messages.cancel": [sid],
  "messages.redact": [sid],
  "calls.update": [
    text("Sid", { required: true, hint: "CA…" }),
    { name: "Url", kind: "url" },
    text("Twiml", { lengthMax: 4_000 }),
    { name: "Status", kind: "choice", choices: ["canceled", "completed"] },
  ],
  "messages.send": [
    { name: "to", kind: "phones", required: true, hint: "One number per line" },
    text("sendFrom", { hint: "A number's id: num_…" }),
    { name: "messageType", kind: "choice", choices: ["SMS", "MMS"] },
    { name: "text", kind: "message" },
    { name: "media", kind: "json" },
    text("externalReference"),
  ],
  "profiles.upsert": [
    profile,
    phone("phone_number", false),
    text("first_name"),
    text("last_name"),
    { name: "attributes", kind: "json" },
  ],
  "profiles.set-attributes": [text("profile_id", { required: true }), { name: "attributes", kind: "json" }],
  "subscriptions.opt-in": consent,
  "subscriptions.opt-out": [phone("phoneNumber"), text("profileId")],
  "sales-events.create": [text("external_id", { required: true }), text("store_id"), { name: "items", kind: "json" }],
  "stores.upsert": [text("external_id", { required: true }), text("name")],
};

type Input = Readonly<Record<string, unknown>>;

/** The fields of an operation: the known ones that matter, then everything else the input has. */
export function fieldsFor(operation: string, input: Input): readonly Field[] {
  const known = byOperation[operation] ?? [];
  const names = new Set(known.map(({ name }) => name));
  const rest = Object.entries(input)
    .filter(([name]) => !names.has(name))
    .map(([name, value]): Field => ({ name, kind: kindOf(value) }));
  return [...known, ...rest];
}

function kindOf(value: unknown): Field["kind"] {
  if (typeof value === "number") return "number";
  return typeof value === "object" && value !== null ? "json" : "text";
}

/** A value as it stands in an editor. */
export function toText(field: Field, value: unknown): string {
  if (value === undefined || value === null) return "";
  if ((field.kind === "list" || field.kind === "phones") && Array.isArray(value)) return value.map(String).join("\n");
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

/** What an editor's text stands for; undefined: the field is left out. `was` decides between forms of the same. */
export function fromText(field: Field, typed: string, was: unknown): unknown {
  if (typed === "" && (was === undefined || field.required !== true)) return was === "" ? "" : undefined;
  if (field.kind === "number") return Number(typed);
  if (field.kind === "list" || field.kind === "phones") {
    const lines = typed
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
    return typeof was === "string" && lines.length === 1 ? lines[0] : lines;
  }
  if (field.kind === "json" && typeof was !== "string") return JSON.parse(typed) as unknown;
  if (typeof was === "boolean") return typed === "true";
  return typed;
}

/** Why a text cannot stand in a field, or null. */
export function fieldProblem(field: Field, typed: string, was: unknown): string | null {
  if (typed === "") return field.required === true ? "This is needed." : null;
  if (field.lengthMax !== undefined && typed.length > field.lengthMax)
    return `At most ${field.lengthMax} characters; this has ${typed.length}.`;
  switch (field.kind) {
    case "phone":
      return phoneProblem(typed);
    case "phones":
      return (
        typed
          .split("\n")
          .filter((line) => line.trim() !== "")
          .map((line) => phoneProblem(line.trim()))
          .find((problem) => problem !== null) ?? null
      );
    case "url":
      return URL.canParse(typed) ? null : "An address such as https://example.com/media.png.";
    case "number":
      return Number.isFinite(Number(typed)) ? null : "A number.";
    case "json":
      return typeof was === "string" ? null : jsonProblem(typed);
    case "variables":
      return variablesProblem(typed, typeof was === "string" ? was : "");
    case "choice":
    case "list":
    case "message":
    case "text":
      return null;
    default:
      return field.kind satisfies never;
  }
}

function jsonProblem(typed: string): string | null {
  try {
    JSON.parse(typed);
    return null;
  } catch (error) {
    return error instanceof Error ? `Not JSON: ${error.message}` : "Not JSON.";
  }
}
