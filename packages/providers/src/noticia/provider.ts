/** Puts one Noticia organization together: its operations and its key. */
import type { Provider } from "@landline/core";
import { requireTexts } from "../required.ts";
import { noticiaErrors } from "./error-codes.ts";
import type { NoticiaOperations } from "./inputs.ts";
import { translate } from "./message.ts";
import { explainAnswer } from "./observe.ts";
import { profilesSetAttributes, profilesUpsert } from "./operations/profiles.ts";
import { salesEventsCreate } from "./operations/sales-events.ts";
import { storesUpsert } from "./operations/stores.ts";
import { subscriptionsOptIn, subscriptionsOptOut } from "./operations/subscriptions.ts";
import type { NoticiaOptions } from "./options.ts";
import { noticiaProbe } from "./probe.ts";

/**
 * Noticia with one organization's API key.
 * @throws RangeError when the key is missing
 */
export function noticia(options: NoticiaOptions): Provider<NoticiaOperations> {
  requireTexts("noticia", options, ["apiKey"]);
  const baseUrl = (options.baseUrl ?? "https://api.sms.noticia.ai").replace(/\/+$/, "");
  return {
    name: "noticia",
    baseUrl,
    operations: {
      "profiles.upsert": profilesUpsert(baseUrl),
      "profiles.set-attributes": profilesSetAttributes(baseUrl),
      "subscriptions.opt-in": subscriptionsOptIn(baseUrl),
      "subscriptions.opt-out": subscriptionsOptOut(baseUrl),
      "sales-events.create": salesEventsCreate(baseUrl),
      "stores.upsert": storesUpsert(baseUrl),
    },
    errors: noticiaErrors,
    credentials: { type: "static", headers: { "x-api-key": options.apiKey } },
    secrets: [options.apiKey],
    // Announced by Noticia and not live: neither the form of the signature nor of an event is published.
    webhooks: null,
    probe: noticiaProbe(baseUrl),
    diagnosis: null,
    message: translate,
    explain: explainAnswer,
    statusPage: null,
  };
}
