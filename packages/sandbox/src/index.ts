/** `@landline/sandbox`: fake providers over HTTP, with faults on request and a ledger of what really happened. */
export type { NoticiaKey, NoticiaOptions } from "./noticia/fake.ts";
export { defaultRedCloudNumbers } from "./red-cloud/fake.ts";
export type { RedCloudClient, RedCloudNumber, RedCloudOptions } from "./red-cloud/fake.ts";
export { providerNames } from "./fake.ts";
export type { ControlCommand, ProviderName } from "./fake.ts";
export { parseFaults } from "./faults/parse.ts";
export type { Defect, ParsedFaults } from "./faults/parse.ts";
export type * from "./faults/rules.ts";
export type * from "./ledger-entry.ts";
export { runSandbox } from "./run.ts";
export type { RunOptions, RunResult } from "./run.ts";
export { createSandbox, SandboxFaultsError } from "./sandbox.ts";
export type { Sandbox, SandboxOptions } from "./sandbox.ts";
export type { TwilioAccount } from "./twilio/credentials.ts";
export { unknownAuthToken } from "./twilio/credentials.ts";
export type { TwilioOptions } from "./twilio/fake.ts";
export { verificationCode } from "./twilio/verify.ts";
export type { Delivery } from "./webhooks/courier.ts";
