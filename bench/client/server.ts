/** The provider of the HTTP benchmarks: a process of its own that answers as fast as `node:http` can. */
import { readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";

const sid = "SM00000000000000000000000000000001";
const short = JSON.stringify({
  sid,
  status: "queued",
  to: "+15550001111",
  from: "+15550002222",
  note: "x".repeat(100),
});
const long = JSON.stringify({
  body: "Your order has shipped and will arrive on Tuesday.",
  num_segments: "1",
  direction: "outbound-api",
  from: "+15550002222",
  date_updated: "Sat, 21 Nov 2026 06:00:00 +0000",
  price: null,
  error_message: null,
  uri: `/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages/${sid}.json`,
  account_sid: "AC00000000000000000000000000000000",
  num_media: "0",
  to: "+15550001111",
  date_created: "Sat, 21 Nov 2026 06:00:00 +0000",
  status: "queued",
  sid,
  date_sent: null,
  messaging_service_sid: null,
  error_code: null,
  price_unit: "USD",
  api_version: "2010-04-01",
  subresource_uris: { media: `/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages/${sid}/Media.json` },
});

/** Share of requests refused, with which status, and the file with key and certificate when it speaks TLS. */
const [share = "0", status = "503", pem = ""] = process.argv.slice(2);
const failing = Number(share);
let count = 0;
const answer: RequestListener = (request, response) => {
  request.resume();
  request.on("end", () => {
    count += 1;
    const fails = failing > 0 && count % Math.round(1 / failing) === 0;
    const text = fails ? "{}" : request.url?.startsWith("/2010") === true ? long : short;
    response.writeHead(fails ? Number(status) : request.method === "POST" ? 201 : 200, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
    });
    response.end(text);
  });
};
const secret = pem === "" ? null : readFileSync(pem);
const server = secret === null ? createServer(answer) : createTlsServer({ key: secret, cert: secret }, answer);
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
process.on("disconnect", () => process.exit());
