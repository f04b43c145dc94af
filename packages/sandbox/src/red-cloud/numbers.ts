/** The numbers a client may send from, and the rules that refuse a sender. */
import type { Answer } from "../fake.ts";
import { refuse } from "./answers.ts";
import type { RedCloudClient } from "./tokens.ts";

/** One number. */
export interface RedCloudNumber {
  readonly numberId: string;
  readonly e164: string;
  /** Null: not registered with a campaign, so it may not send. */
  readonly campaignRegId: string | null;
  readonly smsEnabled: boolean;
  readonly mmsEnabled: boolean;
  /** Belongs to somebody else unless a client lists it. */
  readonly foreign?: boolean;
  /** Where events about messages from this number go instead. */
  readonly webhookDeliveryOverride?: string;
}

/** The numbers of a sandbox that is not told otherwise: one that works and one for each refusal. */
export const defaultRedCloudNumbers: readonly RedCloudNumber[] = [
  { numberId: "num_sandbox", e164: "+15005550006", campaignRegId: "CSANDBX", smsEnabled: true, mmsEnabled: true },
  { numberId: "num_sms_only", e164: "+15005550016", campaignRegId: "CSANDBX", smsEnabled: true, mmsEnabled: false },
  { numberId: "num_no_campaign", e164: "+15005550026", campaignRegId: null, smsEnabled: true, mmsEnabled: true },
  {
    numberId: "num_foreign",
    e164: "+15005550036",
    campaignRegId: "CSANDBX",
    smsEnabled: true,
    mmsEnabled: true,
    foreign: true,
  },
];

/** The numbers that belong to a client. */
export function ownedBy(client: RedCloudClient, numbers: readonly RedCloudNumber[]): readonly RedCloudNumber[] {
  return numbers.filter(({ numberId, foreign }) => client.numberIds?.includes(numberId) ?? foreign !== true);
}

/** Why this client may not send this type from there, or null. */
export function refuseSender(
  client: RedCloudClient,
  numbers: readonly RedCloudNumber[],
  sendFrom: string,
  messageType: "SMS" | "MMS",
): Answer | null {
  const number = ownedBy(client, numbers).find(({ numberId }) => numberId === sendFrom);
  if (number === undefined) return refuse(403, "FORBIDDEN", "sendFrom is not owned by this API client");
  if (number.campaignRegId === null)
    return refuse(400, "INVALID_REQUEST", "sendFrom must have campaignregId configured");
  const enabled = messageType === "SMS" ? number.smsEnabled : number.mmsEnabled;
  return enabled ? null : refuse(400, "INVALID_REQUEST", `sendFrom is not enabled for ${messageType}`);
}

/** A number as `GET /api/core/numbers` shows it. */
export function renderNumber(number: RedCloudNumber): Readonly<Record<string, unknown>> {
  const { numberId, e164, campaignRegId, smsEnabled, mmsEnabled, webhookDeliveryOverride } = number;
  return {
    numberId,
    e164,
    status: "ACTIVE",
    campaignRegId,
    smsEnabled,
    mmsEnabled,
    webhookInboundOverride: null,
    webhookDeliveryOverride: webhookDeliveryOverride ?? null,
  };
}
