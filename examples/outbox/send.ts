/**
 * The durable flow inside your own process: `node send.ts landline.db +15551234567 "Your order has shipped"`.
 * What was accepted survives `kill -9`; start it again without arguments after the file, and it goes on.
 */
import { createSender } from "@landline/client";
import { createOutbox } from "@landline/outbox";
import { sqliteStore } from "@landline/outbox-sqlite";
import { twilio } from "@landline/providers/twilio";

const {
  TWILIO_ACCOUNT_SID: accountSid = "",
  TWILIO_AUTH_TOKEN: authToken = "",
  TWILIO_FROM: from = "",
  TWILIO_BASE_URL: baseUrl,
} = process.env;
const [file = "landline.db", to, body] = process.argv.slice(2);

const store = sqliteStore(file);
const outbox = createOutbox({
  store,
  waker: store,
  createSender,
  accounts: { tw: twilio({ accountSid, authToken, ...(baseUrl === undefined ? {} : { baseUrl }) }) },
  policy: { deadline: "1h" },
});

if (to !== undefined) {
  const result = await outbox.enqueue({
    account: "tw",
    operation: "messages.create",
    input: { To: to, From: from, Body: body },
    idempotencyKey: `shipped-${to}`, // the same key is the same message, however often this runs
  });
  if (result.type !== "accepted") throw new Error(JSON.stringify(result));
}

// From here on it is delivered in the background, whatever the provider does.
const over = new Promise<void>((resolve) => {
  outbox.subscribe((event) => {
    if (event.type !== "operation.changed") return;
    console.log(event.id, event.state);
    if (event.state === "accepted" || event.state === "parked" || event.state === "expired") resolve();
  });
});
await outbox.run();
await over;
await outbox.stop();
await store.close();
