/**
 * Reads a body up to a limit. What is too large by its own word is refused unread; what lies about its length is cut
 * off at the limit. Nothing is decoded here.
 */
import type { Problem } from "../reply.ts";
import { problem } from "../reply.ts";

const none = new Uint8Array(0);

/**
 * The bytes of a body.
 * @param bytesMax largest size accepted
 * @returns the bytes, or why they are refused
 */
export async function readBody(request: Request, bytesMax: number): Promise<Uint8Array | Problem> {
  const declared = request.headers.get("content-length");
  if (declared !== null) {
    const length = Number(declared);
    if (length > bytesMax) return tooLarge(bytesMax);
    const chunked = request.headers.get("transfer-encoding");
    // The HTTP parser holds a peer to its Content-Length, so the fast way is safe here.
    if (chunked === null && length >= 0) {
      try {
        return new Uint8Array(await request.arrayBuffer());
      } catch {
        return aborted();
      }
    }
  }
  return request.body === null ? none : streamed(request.body, bytesMax);
}

async function streamed(body: ReadableStream<Uint8Array>, bytesMax: number): Promise<Uint8Array | Problem> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.byteLength;
      if (length > bytesMax) {
        await reader.cancel();
        return tooLarge(bytesMax);
      }
      chunks.push(value);
    }
  } catch {
    return aborted();
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

function tooLarge(bytesMax: number): Problem {
  return problem("PAYLOAD_TOO_LARGE", `The body is larger than ${bytesMax} bytes`, { limit_bytes: bytesMax });
}

function aborted(): Problem {
  return problem("VALIDATION_ERROR", "The body ended before it was complete");
}
