/**
 * Puts an answer on the wire, whole or damaged in a chosen way. Damage is real: bytes that never come, a reset that the
 * client's kernel reports as a reset.
 */
import { Buffer } from "node:buffer";
import type { ServerResponse } from "node:http";
import type { Answer } from "../fake.ts";
import type { Ending } from "../faults/engine.ts";

/** Sends an answer the way `ending` says. A hang sends nothing and leaves the connection to the client. */
export function reply(
  response: ServerResponse,
  answer: Answer,
  ending: Ending,
  ambient: Readonly<Record<string, string>>,
): void {
  switch (ending.type) {
    case "hang":
      return;
    case "reset":
      response.socket?.resetAndDestroy();
      return;
    case "answer":
      whole(response, answer, ambient);
      return;
    case "truncate":
      cut(response, answer, ending.bytes, ending.how, ambient);
      return;
    default:
      ending satisfies never;
  }
}

/** Sends an answer as it is. */
export function whole(response: ServerResponse, answer: Answer, ambient: Readonly<Record<string, string>>): void {
  const length =
    answer.status === 204 || answer.status === 304 ? {} : { "content-length": Buffer.byteLength(answer.body) };
  response.writeHead(answer.status, { ...ambient, ...length, ...answer.headers });
  response.end(answer.body);
}

function cut(
  response: ServerResponse,
  answer: Answer,
  bytes: number,
  how: "length" | "chunked" | "clean",
  ambient: Readonly<Record<string, string>>,
): void {
  const body = Buffer.from(answer.body);
  const arriving = body.subarray(0, bytes);
  const headers = { ...ambient, ...answer.headers };
  if (how === "clean") return whole(response, { ...answer, body: arriving.toString() }, ambient);
  // Promising one byte more than an uncut body keeps the promise broken whatever `bytes` is.
  const promised = Math.max(body.length, arriving.length + 1);
  response.writeHead(answer.status, how === "length" ? { ...headers, "content-length": promised } : headers);
  const hangUp = (): void => void response.socket?.end();
  response.flushHeaders();
  if (arriving.length === 0) setImmediate(hangUp);
  else response.write(arriving, hangUp);
}

/** A page as a proxy in front of the provider would send it. */
export function htmlAnswer(status: number): Answer {
  const title = status >= 400 ? `${status} Proxy Error` : "Please wait";
  const body = `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1><p>edge</p></body></html>\n`;
  return { status, headers: { "content-type": "text/html; charset=utf-8" }, body };
}
