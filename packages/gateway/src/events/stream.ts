/**
 * One listener's stream of server-sent events (WHATWG HTML §9.2).
 *
 * A reader that does not keep up is cut off, not buffered for: it comes back with `Last-Event-ID` and gets what it
 * missed. A comment every 15 s keeps proxies from closing the connection and shows us when nobody is there.
 */
import type { GatewayHost } from "../options.ts";
import type { Entry, EventBuffer } from "./buffer.ts";

/** Milliseconds between comments. */
const heartbeatMs = 15_000;
/** Bytes that may wait for a reader before it counts as gone. */
const waitingBytesMax = 1_048_576;

/** What a stream needs. */
export interface StreamPorts {
  readonly buffer: EventBuffer;
  readonly host: Pick<GatewayHost, "after">;
  /** True for events this listener may see and asked for. */
  readonly wants: (entry: Entry) => boolean;
  readonly write: (entry: Entry) => string;
  /** Asked at every heartbeat; false ends the stream (a key was revoked). */
  readonly mayGoOn: () => Promise<boolean>;
  readonly onEnd: () => void;
}

/** A stream under way. */
export interface EventStream {
  readonly body: ReadableStream<Uint8Array>;
  end(): void;
}

/** Opens a stream; `lastEventId` null: from now on. */
export function openEventStream(ports: StreamPorts, lastEventId: string | null): EventStream {
  const { buffer, host } = ports;
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  let cancelBeat = (): void => {};
  let stopListening = (): void => {};
  let ended = false;

  const end = (): void => {
    if (ended) return;
    ended = true;
    cancelBeat();
    stopListening();
    ports.onEnd();
    try {
      controller?.close();
    } catch {
      // The reader is gone already; there is nobody to tell.
    }
  };
  const send = (text: string): void => {
    if (ended || controller === null) return;
    if ((controller.desiredSize ?? 0) <= 0) end();
    else controller.enqueue(encoder.encode(text));
  };
  const sendEntry = (entry: Entry): void => {
    if (ports.wants(entry))
      send(`id: ${buffer.idOf(entry)}\nevent: ${entry.event.type}\ndata: ${ports.write(entry)}\n\n`);
  };
  const beat = (): void => {
    cancelBeat = host.after(
      heartbeatMs,
      () => {
        void ports.mayGoOn().then(
          (may) => {
            if (!may) return end();
            send(": still here\n\n");
            if (!ended) beat();
          },
          () => {
            end();
          },
        );
      },
      false,
    );
  };

  const body = new ReadableStream<Uint8Array>(
    {
      start: (own) => {
        controller = own;
        send("retry: 2000\n\n");
        const missed = lastEventId === null ? [] : buffer.after(lastEventId);
        if (missed === null)
          send('event: reset\ndata: {"type":"reset","because":"the events since then are not kept: look again"}\n\n');
        else for (const entry of missed) sendEntry(entry);
        stopListening = buffer.listen(sendEntry);
        beat();
      },
      cancel: () => {
        controller = null;
        end();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: waitingBytesMax }),
  );
  return { body, end };
}
