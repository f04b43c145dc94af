/** axios, sending through `reliableFetch`: its fetch adapter takes a `fetch` of ours. */
import { reliableFetch } from "@landline/client";
import type { RetryRules } from "@landline/client";
import { create } from "axios";
import type { AxiosInstance } from "axios";

/** An axios whose requests are repeated where a repeat does no harm. */
export function reliableAxios(baseURL: string, rules: RetryRules = {}): AxiosInstance {
  const send = reliableFetch(fetch, rules);
  // Without `Request`, axios passes the body itself, so that it can be sent again.
  return create({
    baseURL,
    adapter: "fetch",
    env: { fetch: send, Request: null as never, Response: null as never },
  });
}
