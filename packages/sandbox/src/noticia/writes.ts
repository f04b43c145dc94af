/**
 * The writes, as pure judgements: an input and what is known give a change, something already true, or a refusal.
 *
 * Sources: https://docs.sms.noticia.ai/ (profiles, attributes, consent, sales events, stores).
 */
import type { Answer } from "../fake.ts";
import { refuse } from "./answers.ts";
import type { Input } from "./input.ts";
import type { Records, Resource } from "./records.ts";

/** What a write comes to. */
export type Write =
  | {
      readonly type: "change";
      readonly status: number;
      readonly id: string;
      /** The person it is about, or null. */
      readonly to: string | null;
      /** What is stored. */
      readonly record: Resource;
      /** What is shown. */
      readonly shown: Resource;
    }
  | { readonly type: "already"; readonly shown: Resource }
  | { readonly type: "refused"; readonly answer: Answer };

/** What a write needs besides its input. */
export interface WriteContext {
  readonly records: Records;
  /** RFC 3339. */
  readonly at: string;
  readonly newId: (prefix: string) => string;
}

const refused = (answer: Answer): Write => ({ type: "refused", answer });
const missing = (what: string): Write => refused(refuse(404, "RESOURCE_NOT_FOUND", `The ${what} does not exist`));
const phoneOf = (profile: Resource | null): string | null => (profile?.["phone_number"] as string | undefined) ?? null;

/** `POST /v1/profiles`: an upsert on `external_id`. */
export function upsertProfile(input: Input, { records, at, newId }: WriteContext): Write {
  const externalId = input.text("external_id");
  if (externalId.startsWith("ntca_")) input.reject("external_id", "must not start with ntca_");
  const phone = input.phone("phone_number");
  const attributes = input.texts("attributes");
  const names = ["first_name", "last_name"].map((name) => [name, input.optionalText(name)] as const);
  const fault = input.fault();
  if (fault !== null) return refused(fault);
  const before = records.profile(externalId);
  const owner = phone === null ? null : records.profileByPhone(phone);
  if (owner !== null && owner["external_id"] !== externalId)
    return refused(refuse(409, "RESOURCE_CONFLICT", "The phone number belongs to another profile"));
  const given = names.filter(([, value]) => value !== null);
  const record: Resource = {
    id: newId("prof"),
    first_name: null,
    last_name: null,
    phone_number: null,
    created_at: at,
    ...before,
    external_id: externalId,
    ...Object.fromEntries(given),
    ...(phone === null ? {} : { phone_number: phone }),
    attributes: { ...(before?.["attributes"] as Resource | undefined), ...attributes },
    updated_at: at,
  };
  return change(before === null ? 201 : 200, record, phoneOf(record));
}

/** `POST /v1/profiles/{id}/attributes`. Takes `{attributes: {…}}` or the map itself. */
export function setAttributes(input: Input, profileId: string, { records, at }: WriteContext): Write {
  const attributes = input.raw("attributes") === null ? input.self() : input.texts("attributes");
  const fault = input.fault();
  if (fault !== null) return refused(fault);
  const before = records.profile(profileId);
  if (before === null) return missing("profile");
  const merged = { ...(before["attributes"] as Resource), ...attributes };
  const record = { ...before, attributes: merged, updated_at: at };
  const shown = { profile_id: before["id"], attributes: merged };
  return { type: "change", status: 200, id: String(before["id"]), to: phoneOf(before), record, shown };
}

/** `POST /v1/subscriptions/opt-in` and `…/opt-out`. */
export function changeConsent(input: Input, optIn: boolean, { records, at, newId }: WriteContext): Write {
  const phone = input.phone("phone_number");
  const profileId = input.optionalText("profile_id");
  if (phone === null && profileId === null) input.reject("phone_number", "is required");
  const source = optIn ? input.text("consent_source") : input.optionalText("consent_source");
  const consentedAt = optIn && input.raw("consented_at") !== null ? input.instant("consented_at") : null;
  const fault = input.fault();
  if (fault !== null) return refused(fault);
  const profile = profileId === null ? records.profileByPhone(phone ?? "") : records.profile(profileId);
  if (profileId !== null && profile === null) return missing("profile");
  const number = phone ?? phoneOf(profile);
  if (number === null)
    return refused(refuse(400, "VALIDATION_ERROR", "The profile has no phone number", "phone_number"));
  const before = records.consents(number).at(-1)?.resource;
  const record: Resource = {
    phone_number: number,
    status: optIn ? "SUBSCRIBED" : "UNSUBSCRIBED",
    consent_source: source ?? before?.["consent_source"] ?? null,
    consented_at: optIn ? (consentedAt ?? at) : (before?.["consented_at"] ?? null),
    unsubscribed_at: optIn ? null : at,
    profile: profile === null ? null : { id: profile["id"], external_id: profile["external_id"] },
  };
  return { type: "change", status: 200, id: newId("sub"), to: number, record, shown: record };
}

/** `POST /v1/sales-events`: 201 once, 200 for an `external_id` that was ingested before. */
export function ingestSale(input: Input, { records, newId }: WriteContext): Write {
  const externalId = input.text("external_id");
  const type = input.oneOf("type", ["PURCHASE", "RETURN"]);
  const occurredAt = input.instant("occurred_at");
  const storeId = input.text("store_id");
  const currency = input.text("currency");
  if (!/^[A-Z]{3}$/.test(currency)) input.reject("currency", "must be an ISO 4217 code");
  const total = input.whole("total_amount_cents");
  const profileId = input.optionalText("profile_id");
  const items = input.raw("line_items") === null ? [] : input.objects("line_items");
  const fault = input.fault();
  if (fault !== null) return refused(fault);
  const known = records.sale(externalId);
  if (known !== null) return { type: "already", shown: { id: known["id"], external_id: externalId } };
  const store = records.store(storeId);
  if (store === null) return missing("store");
  const profile = profileId === null ? null : records.profile(profileId);
  if (profileId !== null && profile === null) return missing("profile");
  const record: Resource = {
    id: newId("evt"),
    external_id: externalId,
    type,
    occurred_at: occurredAt,
    store_id: store["id"],
    profile_id: profile?.["id"] ?? null,
    currency,
    total_amount_cents: total,
    line_items: items,
  };
  return change(201, record, phoneOf(profile));
}

/** `POST /v1/stores`: an upsert on `external_id`. */
export function upsertStore(input: Input, { records, at, newId }: WriteContext): Write {
  const externalId = input.text("external_id");
  const name = input.text("name");
  const address = input.inside("address");
  const required = ["address_line1", "postal_code", "locality", "country_code"];
  const optional = ["address_line2", "administrative_area1", "administrative_area2"];
  const lines = [
    ...required.map((field) => [field, address.text(field)] as const),
    ...optional.map((field) => [field, address.optionalText(field)] as const),
  ];
  const fault = input.fault();
  if (fault !== null) return refused(fault);
  const before = records.store(externalId);
  const record: Resource = {
    id: newId("store"),
    created_at: at,
    ...before,
    external_id: externalId,
    name,
    address: Object.fromEntries(lines),
    updated_at: at,
  };
  return change(before === null ? 201 : 200, record, null);
}

function change(status: number, record: Resource, to: string | null): Write {
  return { type: "change", status, id: String(record["id"]), to, record, shown: record };
}
