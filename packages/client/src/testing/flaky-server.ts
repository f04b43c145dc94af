/** A provider on a loopback socket that misbehaves on request, and keeps a ledger of what it received and did. */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** What the server does with one request. */
export type Behaviour =
  | {
      readonly status?: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
      /** Milliseconds before the answer. */
      readonly delayMs?: number;
      /** The effect really happens, whatever is answered. */
      readonly executes?: boolean;
      /** Sends only this many bytes of the body, then cuts the connection. */
      readonly truncate?: number;
    }
  | "reset-before-accept"
  | "reset-after-accept"
  | "hang"
  | "hang-after-accept";

/** One request as it arrived. */
export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  readonly at: number;
  readonly port: number;
}

/** See the file comment. */
export interface FlakyServer {
  readonly url: string;
  readonly received: Received[];
  /** Effects that really happened: creation dates by id, in order. */
  readonly effects: { readonly id: string; readonly body: string; readonly at: number }[];
  readonly sockets: Set<Socket>;
  /** Behaviours of the next requests that are not GETs; then 201. */
  readonly script: Behaviour[];
  /** Answers GETs; by default the list of effects. */
  answerGet: ((request: Received) => Behaviour) | null;
  /** Answers what is no GET once the script is over; by default with 201. */
  answerOther: ((request: Received) => Behaviour) | null;
  close(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1. */
export async function flakyServer(): Promise<FlakyServer> {
  const received: Received[] = [];
  const effects: FlakyServer["effects"][number][] = [];
  const script: Behaviour[] = [];
  const sockets = new Set<Socket>();
  const state: Pick<FlakyServer, "answerGet" | "answerOther"> = { answerGet: null, answerOther: null };
  const execute = (body: string): string => {
    const id = `SM${String(effects.length + 1).padStart(4, "0")}`;
    effects.push({ id, body, at: Date.now() });
    return id;
  };
  const act = (behaviour: Behaviour, request: Received, response: ServerResponse): void => {
    if (typeof behaviour === "string") {
      if (behaviour.endsWith("after-accept")) execute(request.body);
      if (behaviour.startsWith("reset")) response.socket?.resetAndDestroy();
      return;
    }
    const status = behaviour.status ?? 201;
    const done = request.method !== "GET" && (behaviour.executes ?? status < 300);
    const id = done ? execute(request.body) : null;
    const body =
      behaviour.body ??
      (id === null ? JSON.stringify({ code: null, message: "no" }) : JSON.stringify({ sid: id, status: "queued" }));
    const answer = (): void => {
      response.writeHead(status, {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        ...behaviour.headers,
      });
      if (behaviour.truncate === undefined) response.end(body);
      else response.write(Buffer.from(body).subarray(0, behaviour.truncate), () => response.socket?.resetAndDestroy());
    };
    if (behaviour.delayMs === undefined) answer();
    else setTimeout(answer, behaviour.delayMs);
  };
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const request: Received = {
        method: incoming.method ?? "",
        url: incoming.url ?? "",
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString(),
        at: Date.now(),
        port: incoming.socket.remotePort ?? 0,
      };
      received.push(request);
      if (request.method !== "GET") return act(script.shift() ?? state.answerOther?.(request) ?? {}, request, response);
      const list = JSON.stringify({ messages: effects.map(({ id, body, at }) => ({ sid: id, body, created: at })) });
      act(state.answerGet?.(request) ?? { status: 200, body: list }, request, response);
    });
  });
  // Idle connections are for the client to end.
  server.keepAliveTimeout = 0;
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    effects,
    sockets,
    script,
    get answerGet() {
      return state.answerGet;
    },
    set answerGet(value) {
      state.answerGet = value;
    },
    get answerOther() {
      return state.answerOther;
    },
    set answerOther(value) {
      state.answerOther = value;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
