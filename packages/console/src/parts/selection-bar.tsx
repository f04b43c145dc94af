/** What can be done with the selected rows. Each goes through its own verb with its own version; results per row. */
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Summary } from "../api/types.ts";
import type { Verb } from "../api/verbs.ts";
import type { Filters } from "../filters.ts";
import { plural } from "../format.ts";
import { useKeys } from "../keys.ts";
import { permissionOf, useMay } from "../permissions.ts";
import { availability, verbWords } from "../words.ts";
import { SelectionRun } from "./selection-run.tsx";

/** Verbs that need nothing but a reason, so that they can be said of many. */
const forMany: readonly Verb[] = ["reconcile", "retry", "fallback", "discard", "cancel"];

/** A bar at the foot of the list while something is selected. */
export function SelectionBar({
  selected,
  filters,
  clear,
  all,
}: {
  readonly selected: readonly Summary[];
  /** What the list shows, for deciding on all of it. */
  readonly filters: Filters;
  readonly clear: () => void;
  readonly all: () => void;
}) {
  const may = useMay();
  const [verb, setVerb] = useState<Verb | null>(null);
  useKeys({ Escape: clear }, selected.length > 0 && verb === null);
  if (selected.length === 0) return null;
  const possible = forMany.filter(
    (each) => may(permissionOf(each)) && selected.some((row) => availability(each, row) === true),
  );
  return (
    <div className="selection" role="toolbar" aria-label="Selected operations">
      <strong className="num">{plural(selected.length, "selected", "selected")}</strong>
      {possible.map((each) => (
        <Button
          key={each}
          size="compact-sm"
          variant="default"
          onClick={() => {
            setVerb(each);
          }}
        >
          {verbWords[each].label}
        </Button>
      ))}
      {possible.length === 0 ? <span className="soft">Nothing can be done with these together.</span> : null}
      <Button size="compact-sm" variant="subtle" onClick={all}>
        All that are read
      </Button>
      {may("administer") ? <AllThatMatch filters={filters} /> : null}
      <Button size="compact-sm" variant="subtle" onClick={clear}>
        Clear
      </Button>
      {verb === null ? null : (
        <SelectionRun
          verb={verb}
          rows={selected}
          onClose={(done) => {
            setVerb(null);
            if (done) clear();
          }}
        />
      )}
    </div>
  );
}

/** Leads to bulk work on everything the list's filters select, also what is not on screen. */
export function AllThatMatch({ filters }: { readonly filters: Filters }) {
  // A number never stands in an address: it goes along beside it.
  const { to, ...search } = filters;
  return (
    <Button
      size="compact-sm"
      variant="subtle"
      renderRoot={(props) => <Link to="/bulk/new" search={search} state={to === undefined ? {} : { to }} {...props} />}
    >
      Everything that matches…
    </Button>
  );
}
