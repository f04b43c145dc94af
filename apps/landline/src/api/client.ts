/**
 * The command line's side of the HTTP API: one request at a time, errors in the gateway's own words.
 */
import { CommandError, exit } from "../terminal.ts";

/** A JSON object as it came. */
export type Json = Readonly<Record<string, unknown>>;

/** An answer that is not an error. */
export interface Answer {
  readonly status: number;
  readonly body: Json;
  readonly text: string;
}

/** One request. */
export interface Ask {
  readonly method?: "GET" | "POST" | "DELETE";
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Talks to one gateway with one key. */
export class ApiClient {
  readonly url: string;
  readonly #key: string;
  constructor(url: string, key: string) {
    this.url = url.replace(/\/+$/, "");
    this.#key = key;
  }

  /**
   * Asks.
   * @throws {CommandError} with the gateway's code, message and request id; with exit code 2 when the request itself
   *   was wrong (400, 422, 428)
   */
  async ask(path: string, ask: Ask = {}): Promise<Answer> {
    const response = await this.open(path, ask);
    const text = await response.text();
    const body = parsed(text);
    if (response.ok) return { status: response.status, body, text };
    const code = typeof body["code"] === "string" ? body["code"] : `HTTP ${response.status}`;
    const message = typeof body["message"] === "string" ? body["message"] : "the answer is not one of Landline's";
    const requestId = typeof body["request_id"] === "string" ? ` (request ${body["request_id"]})` : "";
    const wrong = [400, 413, 415, 422, 428].includes(response.status);
    throw new CommandError(`${code}: ${message}${requestId}`, wrong ? exit.usage : exit.failed);
  }

  /** Asks and hands out the answer as it comes, for streams. */
  async open(path: string, ask: Ask = {}): Promise<Response> {
    const headers: Record<string, string> = { authorization: `Bearer ${this.#key}`, ...ask.headers };
    if (ask.body !== undefined) headers["content-type"] = "application/json";
    try {
      return await fetch(`${this.url}${path}`, {
        method: ask.method ?? "GET",
        headers,
        redirect: "error",
        ...(ask.body === undefined ? {} : { body: JSON.stringify(ask.body) }),
      });
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new CommandError(
        `no gateway answers at ${this.url} (${cause}); start one with "landline serve" or name another with --url`,
      );
    }
  }
}

function parsed(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
  } catch {
    return {};
  }
}
