/**
 * Why Red Cloud refused a sender, asked of Red Cloud itself: who this client is, which numbers are its own, and which of
 * them the request named. What nobody can be asked is whom a foreign number belongs to, and that is not claimed.
 */
import type { Diagnosis, Failure } from "@landline/core";
import { isRecord } from "@landline/core";
import { stringOf } from "../http/json.ts";
import { getRequest } from "./request.ts";
import type { OwnNumber, Whoami } from "./whoami.ts";
import { numbersOf, whoamiOf } from "./whoami.ts";

const shownMax = 5;

/** The diagnosis of one account. */
export function redCloudDiagnosis(baseUrl: string): Diagnosis {
  return {
    // A number without a campaign is refused with 400, and is a question of the account all the same.
    applies: (failure) => failure.shape === "api" && (failure.status === 403 || failure.kind === "authorization"),
    describe: () => [getRequest(`${baseUrl}/api/core/whoami`), getRequest(`${baseUrl}/api/core/numbers`)],
    read(failure, input, observations): Failure {
      const who = observations.map(whoamiOf).find((found) => found !== null) ?? null;
      const numbers = observations.map(numbersOf).find((found) => found !== null) ?? null;
      const sendFrom = isRecord(input) ? stringOf(input["sendFrom"]) : null;
      const type = isRecord(input) && input["messageType"] === "MMS" ? "MMS" : "SMS";
      const guidance = guidanceOf(who, numbers, sendFrom, type);
      return guidance === null ? failure : { ...failure, guidance };
    },
  };
}

function guidanceOf(
  who: Whoami | null,
  numbers: readonly OwnNumber[] | null,
  sendFrom: string | null,
  type: "SMS" | "MMS",
): string | null {
  if (who === null && numbers === null) return null;
  const client = who === null ? "this client" : `this client is ${nameOf(who)}`;
  if (numbers === null || sendFrom === null)
    return `${capital(client)}. Check that it owns the number and may do this.`;
  const own = numbers.find(({ numberId }) => numberId === sendFrom);
  if (own === undefined) {
    const choice = numbers.length === 0 ? "It has no numbers" : `Its own are ${listOf(numbers)}`;
    return `The number ${sendFrom} belongs to another client or does not exist; ${client}. ${choice}: send from one of its own or use the client that owns ${sendFrom}.`;
  }
  const belongs = `The number ${shown(own)} belongs to this client${who === null ? "" : `, ${nameOf(who)}`}`;
  const lack = lackOf(own, type);
  return lack === null
    ? `${belongs}, so ownership is not the reason. Ask Red Cloud which permission the client lacks.`
    : `${belongs}, but ${lack}. Correct that, or send from another of its numbers.`;
}

function lackOf(number: OwnNumber, type: "SMS" | "MMS"): string | null {
  if (number.campaignRegId === null) return "is not registered with a campaign";
  if ((type === "MMS" ? number.mmsEnabled : number.smsEnabled) === false) return `is not enabled for ${type}`;
  return number.status === null || number.status === "ACTIVE" ? null : `is ${number.status}`;
}

function nameOf({ apiClientId, apiClientName, apiClientStatus }: Whoami): string {
  const name = apiClientName === null ? apiClientId : `"${apiClientName}" (${apiClientId})`;
  return apiClientStatus === null || apiClientStatus === "ACTIVE" ? name : `${name}, which is ${apiClientStatus}`;
}

function listOf(numbers: readonly OwnNumber[]): string {
  const more = numbers.length > shownMax ? ` and ${numbers.length - shownMax} more` : "";
  return `${numbers.slice(0, shownMax).map(shown).join(", ")}${more}`;
}

function shown({ numberId, e164 }: OwnNumber): string {
  return e164 === null ? numberId : `${numberId} (${e164})`;
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
