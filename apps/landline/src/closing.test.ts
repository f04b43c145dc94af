import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { closingOf } from "./closing.ts";

test("a connection that never asked for anything holds nothing up; an answer under way ends", async () => {
  let answer = (): void => {};
  const asked = Promise.withResolvers<void>();
  const server = createServer((_, response) => {
    answer = () => response.end("whole");
    asked.resolve();
  });
  const close = closingOf(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const silent = connect(port, "127.0.0.1");
  await once(server, "connection");
  const response = fetch(`http://127.0.0.1:${port}/`);
  await asked.promise;
  const closed = close();
  await once(silent, "close");
  answer();
  expect(await (await response).text()).toBe("whole");
  await closed;
});
