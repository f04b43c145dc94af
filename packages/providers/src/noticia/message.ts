/** The neutral form of a message, which Noticia cannot send: there is no such operation in its API. */
import type { Provider } from "@landline/core";
import { failure } from "@landline/core";

/** Refuses, and says why. */
export function translate(): ReturnType<Provider["message"]> {
  return {
    ok: false,
    failure: failure({
      kind: "invalid_request",
      execution: "not_executed",
      remedy: "other_channel",
      responsible: "caller",
      message:
        "Noticia's API sends no messages: it takes profiles, consent, sales events and stores, and Noticia's own journeys and campaigns send",
      guidance: "Send the message through an account of another provider. Nothing was sent.",
      docs: "https://docs.sms.noticia.ai/quickstart/",
    }),
  };
}
