/** What filters are called. */
import type { Filters } from "./filters.ts";

/** Labels by name. */
export const filterLabels: Readonly<Record<keyof Filters, string>> = {
  state: "State",
  account: "Account",
  operation: "Operation",
  parked_reason: "Reason",
  kind: "Kind",
  code: "Code",
  class: "Class",
  assignee: "Looked after by",
  snoozed: "Put off",
  reference: "Reference",
  created_after: "From",
  created_before: "Until",
  q: "Begins with",
  to: "Recipient",
};
