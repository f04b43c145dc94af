/**
 * The HTTP API as an application sees it that is not discouraged: connection failures, 409 and 5xx are repeated with the
 * same key until the gateway answers.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { CommandError } from "../terminal.ts";
import type { StoredOperation } from "./account.ts";

/** One gateway, one key. */
export class Gateway {
  readonly #url: string;
  readonly #key: string;
  constructor(url: string, key: string) {
    this.#url = url;
    this.#key = key;
  }

  async post(
    route: string,
    body: unknown,
    idempotencyKey: string,
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const headers = {
      authorization: `Bearer ${this.#key}`,
      "content-type": "application/json",
      "idempotency-key": idempotencyKey,
    };
    return this.#insist(route, { method: "POST", headers, body: JSON.stringify(body) });
  }

  async operations(): Promise<StoredOperation[]> {
    const all: StoredOperation[] = [];
    let cursor: unknown = null;
    do {
      const query = typeof cursor === "string" ? `?limit=200&cursor=${encodeURIComponent(cursor)}` : "?limit=200";
      const page = await this.#insist(`/v1/operations${query}`, { headers: { authorization: `Bearer ${this.#key}` } });
      if (page.status !== 200)
        throw new CommandError(`the gateway answered ${page.status} to a list: ${JSON.stringify(page.body)}`);
      all.push(...(page.body["data"] as StoredOperation[]));
      cursor = page.body["next_cursor"];
    } while (typeof cursor === "string");
    return all;
  }

  async #insist(route: string, init: RequestInit): Promise<{ status: number; body: Record<string, unknown> }> {
    for (let attempt = 1; ; attempt++) {
      try {
        const response = await fetch(`${this.#url}${route}`, { ...init, signal: AbortSignal.timeout(10_000) });
        const body = (await response.json()) as Record<string, unknown>;
        if (response.status < 500 && response.status !== 409) return { status: response.status, body };
      } catch (error) {
        if (attempt >= 100) throw error;
      }
      if (attempt >= 100) throw new CommandError(`the gateway does not answer ${route}`);
      await sleep(100);
    }
  }
}
