// What somebody bundles who calls one provider: the client, the core below it, one provider. Measured by size-limit.
export { createClient } from "@landline/client";
export { twilio } from "@landline/providers/twilio";
