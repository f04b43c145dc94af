/** Filters in words, where they are stated and not changed. A number that is looked for is shown masked. */
import type { State } from "../api/types.ts";
import { filterLabels } from "../filter-words.ts";
import type { Filters } from "../filters.ts";
import { stateLabel } from "../words.ts";
import { Moment } from "./moment.tsx";

/** The list. */
export function FilterFacts({ filters }: { readonly filters: Filters }) {
  return (
    <dl className="facts wide">
      {(Object.entries(filters) as [keyof Filters, string][]).map(([name, value]) => (
        <div key={name}>
          <dt>{filterLabels[name]}</dt>
          <dd>
            <Value name={name} value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Value({ name, value }: { readonly name: keyof Filters; readonly value: string }) {
  if (name === "created_after" || name === "created_before") return <Moment at={value} as="full" />;
  if (name === "snoozed") return value === "true" ? "yes" : "no";
  if (name === "assignee") return value === "me" ? "me" : value === "none" ? "nobody" : value;
  if (name === "state")
    return value
      .split(",")
      .map((each) => stateLabel(each as State))
      .join(", ");
  if (name === "to") return <span className="mono">{`${value.slice(0, 3)}…${value.slice(-2)}`}</span>;
  return <span className="mono">{value}</span>;
}
