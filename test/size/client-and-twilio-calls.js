// What somebody bundles who calls one operation of Twilio and nothing else. Measured by size-limit.
import { messagesCreate, twilioCalls } from "@landline/providers/twilio/client";

export { createClient } from "@landline/client";
export const account = (options) => twilioCalls(options, { "messages.create": messagesCreate });
