// The client and the core below it, for whoever wants to know what of the weight is a provider's.
export { createClient } from "@landline/client";
