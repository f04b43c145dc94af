/**
 * `@landline/providers/kit`: the shared rooms, for those who write a provider outside this package. See
 * docs/guides/add-a-provider.md.
 */
export { base64, hex, textOf, utf8 } from "./http/bytes.ts";
export { decodeForm, encodeForm } from "./http/form.ts";
export { codeOf, jsonOf, objectOf, recordsOf, stringOf } from "./http/json.ts";
export { configFaults } from "./input/config.ts";
export type { AccountRules } from "./input/config.ts";
export { baseAddress, instant, jsonObject, matching, webUrl } from "./input/forms.ts";
export { prepared } from "./input/prepare.ts";
export type { Demands } from "./input/prepare.ts";
export { defectFailure } from "./input/rules.ts";
export type { Defect, FieldRule, FieldRules, Form } from "./input/rules.ts";
export { isPossibleNumber, numberFault } from "./phone/e164.ts";
