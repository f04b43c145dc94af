/** A plain script: `node send.ts +15551234567 "Your order has shipped"`, with the account in the environment. */
import { createClient } from "@landline/client";
import { twilio } from "@landline/providers/twilio";

const {
  TWILIO_ACCOUNT_SID: accountSid = "",
  TWILIO_AUTH_TOKEN: authToken = "",
  TWILIO_FROM: From = "",
  TWILIO_BASE_URL: baseUrl,
} = process.env;
const [To = "", Body = ""] = process.argv.slice(2);

const account = twilio({ accountSid, authToken, ...(baseUrl === undefined ? {} : { baseUrl }) });
const client = createClient(account, { attemptsMax: 6, deadline: "60s" });

const result = await client.call("messages.create", { To, From, Body });

if (result.ok) {
  console.log(`accepted as ${result.value.sid} after ${result.attempts.length} attempt(s)`);
} else {
  const { kind, execution, guidance } = result.failure;
  console.error(`${kind} (${execution}): ${guidance}`);
  process.exitCode = 1;
}
