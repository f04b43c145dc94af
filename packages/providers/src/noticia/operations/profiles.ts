/**
 * `profiles.upsert` and `profiles.set-attributes`.
 * @see https://docs.sms.noticia.ai/quickstart/
 */
import type { Operation } from "@landline/core";
import { isRecord } from "@landline/core";
import type { Form } from "../../input/rules.ts";
import { numberFault } from "../../phone/e164.ts";
import type { ProfileUpsertInput, SetAttributesInput } from "../inputs.ts";
import { explainingAbsence, identified, readAnswer } from "../observe.ts";
import type { Success } from "../observe.ts";
import { writeRequest } from "../request.ts";
import { fieldOf, spelledPrepare, textField } from "../spelling.ts";
import { setting, upsert } from "../traits.ts";

const docs = "https://docs.sms.noticia.ai/quickstart/";

/** That prefix is kept for identifiers and keys of Noticia's own. */
const ownExternalId: Form = (text) =>
  text.startsWith("ntca_") ? "must not start with ntca_, which Noticia keeps for itself" : null;

const text = { type: "text" } as const;
const profile = /^prof_[\w-]+$/;

/** Creates a profile or changes the one with the same `external_id`. */
export function profilesUpsert(baseUrl: string): Operation<ProfileUpsertInput> {
  return {
    name: "profiles.upsert",
    traits: upsert("profiles"),
    prepare: spelledPrepare({
      rules: {
        external_id: { type: "text", form: ownExternalId },
        phone_number: { type: "text", form: numberFault },
        first_name: text,
        last_name: text,
        attributes: { type: "texts" },
      },
      required: ["external_id"],
      usual: "snake",
      docs,
    }),
    describe: (input, context) => writeRequest(`${baseUrl}/v1/profiles`, input, context),
    observe: (observation) => readAnswer(observation, (answer) => identified(answer, ["id", "profile_id"], profile)),
    lookup: null,
    poll: null,
    recipient: (input) => textField(input, "phone_number"),
    sender: () => null,
    subject: () => null,
  };
}

/** Sets attributes of a profile that exists. */
export function profilesSetAttributes(baseUrl: string): Operation<SetAttributesInput> {
  return {
    name: "profiles.set-attributes",
    traits: setting("profiles"),
    prepare: spelledPrepare({
      rules: { profile_id: { type: "text", max: 255 }, attributes: { type: "texts" } },
      required: ["profile_id", "attributes"],
      usual: "snake",
      docs,
    }),
    describe: (input, context) => {
      const id = encodeURIComponent((textField(input, "profile_id") ?? "").toWellFormed());
      return writeRequest(
        `${baseUrl}/v1/profiles/${id}/attributes`,
        { attributes: fieldOf(input, "attributes") },
        context,
      );
    },
    observe: (observation, input) =>
      explainingAbsence(
        readAnswer(
          observation,
          (answer) => identified(answer, ["profile_id", "id"], profile) ?? shownBack(answer, input),
        ),
        "The profile does not exist, or not yet.",
        "A question of order: let profiles.upsert succeed first, then retry this. If the profile should exist, check profile_id.",
      ),
    lookup: null,
    poll: null,
    recipient: () => null,
    sender: () => null,
    subject: () => null,
  };
}

/**
 * The page promises no identifier here. An answer that names no profile, but shows every attribute as it was to be, is as
 * good as one.
 */
function shownBack(answer: Record<string, unknown>, input: SetAttributesInput): Success | null {
  const profileId = textField(input, "profile_id");
  const [shown, wanted] = [answer["attributes"], fieldOf(input, "attributes")];
  if (fieldOf(answer, "profile_id") !== undefined || answer["id"] !== undefined) return null;
  if (profileId === null || !isRecord(shown) || !isRecord(wanted)) return null;
  const written = Object.entries(wanted);
  const complete = written.length > 0 && written.every(([name, value]) => shown[name] === value);
  return complete ? { providerId: profileId, providerStatus: null } : null;
}
