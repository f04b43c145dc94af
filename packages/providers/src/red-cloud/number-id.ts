/**
 * `sendFrom` is the identifier of a number, not the number. Mixing them up is the commonest mistake with Red Cloud, and
 * costs a 403 that reads like a question of ownership; so it is caught before anything is sent.
 */
import type { Form } from "../input/rules.ts";

/** Says what is wrong with a numberId, in a sentence without its subject. */
export const numberIdFault: Form = (text) => {
  if (/^[+\d][\d\s().\-/]*$/.test(text.trim()))
    return "is a telephone number, but must be the numberId (num_…) of that number; look it up with GET /api/core/numbers";
  return /^[\x21-\x7e]{1,255}$/.test(text)
    ? null
    : "must be a numberId (num_…) without spaces; look it up with GET /api/core/numbers";
};
