/** Puts one Red Cloud API client together: its operation, its token, its events. */
import type { Provider } from "@landline/core";
import { parseDuration } from "@landline/core";
import { requireTexts } from "../required.ts";
import { credentialsOf, secretsOf, signingSecretsOf } from "./auth.ts";
import { redCloudDiagnosis } from "./diagnosis.ts";
import { redCloudErrors } from "./error-codes.ts";
import { translate } from "./message.ts";
import { explainAnswer } from "./observe.ts";
import { messagesSend } from "./operations/messages.ts";
import type { RedCloudOptions } from "./options.ts";
import { redCloudProbe } from "./probe.ts";
import type { RedCloudMessageInput, RedCloudSendAnswer } from "./values.ts";
import { redCloudWebhooks } from "./webhook.ts";

/** Input and value of every operation of {@link redCloud}. */
export type RedCloudOperations = {
  readonly "messages.send": { readonly input: RedCloudMessageInput; readonly value: RedCloudSendAnswer };
};

/** Red Cloud repeats an event after 1, 5, 15 and 60 minutes: 81 in all, and a little for clocks. */
const toleranceDefaultMs = 90 * 60_000;

/**
 * Red Cloud with one API client's credentials.
 * @throws RangeError when a credential or the base URL is missing, or `webhookTolerance` is not a duration
 */
export function redCloud(options: RedCloudOptions): Provider<RedCloudOperations> {
  requireTexts("redCloud", options, ["baseUrl", "clientId", "clientSecret"]);
  const baseUrl = options.baseUrl.replace(/\/+$/, "");
  const secrets = signingSecretsOf(options);
  const toleranceMs = toleranceOf(options);
  return {
    name: "red-cloud",
    baseUrl,
    operations: { "messages.send": messagesSend(baseUrl, options.sendFrom ?? null) },
    errors: redCloudErrors,
    credentials: credentialsOf(options, baseUrl),
    secrets: secretsOf(options),
    webhooks: secrets.length === 0 ? null : redCloudWebhooks(secrets, toleranceMs),
    probe: redCloudProbe(baseUrl),
    diagnosis: redCloudDiagnosis(baseUrl),
    message: translate,
    explain: explainAnswer,
    statusPage: null,
  };
}

function toleranceOf({ webhookTolerance }: RedCloudOptions): number | null {
  if (webhookTolerance === undefined) return toleranceDefaultMs;
  if (webhookTolerance === "off") return null;
  const ms = parseDuration(webhookTolerance);
  if (ms === null) throw new RangeError('webhookTolerance must be a duration such as "90m", or "off"');
  return ms;
}
