/** The filters of a list: the ones in use as words that can be taken away, the others one step off. */
import { NativeSelect, TextInput } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useState } from "react";
import { filterLabels } from "../filter-words.ts";
import type { Filters } from "../filters.ts";
import { readQuery } from "../filters.ts";
import { absolute } from "../format.ts";
import { states, waiting } from "../states.ts";
import { reasonLabel, reasons, stateLabel } from "../words.ts";

type Name = keyof Filters;

/** Names somebody may add by typing a value. */
const typed: readonly Name[] = ["account", "operation", "code", "kind", "reference"];

const none: readonly Name[] = [];

/** The bar. `fixed` filters belong to the page and cannot be taken away. */
export function FilterBar({
  filters,
  fixed = none,
  onChange,
}: {
  readonly filters: Filters;
  readonly fixed?: readonly Name[];
  readonly onChange: (filters: Filters) => void;
}) {
  // What a choice of its own shows already needs no word beside it.
  const told = new Set<string>([...fixed, fixed.includes("state") ? "parked_reason" : "state"]);
  const set = Object.entries(filters).filter(([name]) => !told.has(name)) as [Name, string][];
  const several = filters.state?.includes(",") === true && filters.state !== waiting;
  const change = (name: Name, value: string): void => {
    const { [name]: _old, ...rest } = filters;
    onChange(value === "" ? rest : { ...rest, [name]: value });
  };
  const [text, setText] = useState("");
  return (
    <div className="filters" role="search">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const query = readQuery(text);
          if (query === null) return;
          setText("");
          if (query.type === "person") change("to", query.value);
          else change("q", query.value);
        }}
      >
        <TextInput
          aria-label="Find by number, reference or id"
          placeholder="Number, reference or id, then Enter"
          value={text}
          size="xs"
          w={250}
          onChange={(event) => {
            setText(event.currentTarget.value);
          }}
        />
      </form>
      {fixed.includes("state") ? (
        <NativeSelect
          aria-label="Reason"
          size="xs"
          value={filters.parked_reason ?? ""}
          data={[{ value: "", label: "Any reason" }, ...reasons.map((value) => ({ value, label: reasonLabel(value) }))]}
          onChange={(event) => {
            change("parked_reason", event.currentTarget.value);
          }}
        />
      ) : (
        <NativeSelect
          aria-label="State"
          size="xs"
          value={filters.state ?? ""}
          data={[
            { value: "", label: "Any state" },
            { value: waiting, label: "Under way" },
            ...states.map((value) => ({ value, label: stateLabel(value) })),
            ...(several ? [{ value: filters.state ?? "", label: "Several states" }] : []),
          ]}
          onChange={(event) => {
            change("state", event.currentTarget.value);
          }}
        />
      )}
      {fixed.includes("assignee") ? (
        <NativeSelect
          aria-label="Whose"
          size="xs"
          value={filters.snoozed === "true" ? "snoozed" : (filters.assignee ?? "")}
          data={[
            { value: "", label: "Everybody's" },
            { value: "me", label: "Mine" },
            { value: "none", label: "Nobody's" },
            { value: "snoozed", label: "Put off" },
            ...(["", "me", "none", undefined].includes(filters.assignee)
              ? []
              : [{ value: filters.assignee ?? "", label: `${filters.assignee}'s` }]),
          ]}
          onChange={(event) => {
            const { value } = event.currentTarget;
            const { assignee: _assignee, snoozed: _snoozed, ...rest } = filters;
            onChange(
              value === "snoozed" ? { ...rest, snoozed: "true" } : value === "" ? rest : { ...rest, assignee: value },
            );
          }}
        />
      ) : null}
      <NativeSelect
        aria-label="Period"
        size="xs"
        value=""
        data={[
          { value: "", label: filters.created_after === undefined ? "Any time" : "Change the period" },
          { value: "3600000", label: "Last hour" },
          { value: "86400000", label: "Last 24 hours" },
          { value: "604800000", label: "Last 7 days" },
        ]}
        onChange={(event) => {
          const ms = Number(event.currentTarget.value);
          if (ms > 0) change("created_after", new Date(Math.floor((Date.now() - ms) / 60_000) * 60_000).toISOString());
        }}
      />
      <AddFilter onAdd={change} />
      {set.map(([name, value]) => (
        <button
          key={name}
          type="button"
          className="filter"
          onClick={() => {
            change(name, "");
          }}
        >
          <span className="visually-hidden">Take away the filter </span>
          <span className="dim">{filterLabels[name]} </span>
          <span className="clip">{name.startsWith("created_") ? absolute(value) : value}</span>
          <IconX size={12} aria-hidden="true" />
        </button>
      ))}
    </div>
  );
}

/** One more filter: its name chosen, its value typed where the choice stood. */
function AddFilter({ onAdd }: { readonly onAdd: (name: Name, value: string) => void }) {
  const [name, setName] = useState<Name | null>(null);
  const [value, setValue] = useState("");
  if (name === null)
    return (
      <NativeSelect
        aria-label="Another filter"
        size="xs"
        value=""
        data={[
          { value: "", label: "Filter by…" },
          ...typed.map((each) => ({ value: each, label: filterLabels[each] })),
        ]}
        onChange={(event) => {
          const chosen = typed.find((each) => each === event.currentTarget.value);
          if (chosen !== undefined) setName(chosen);
        }}
      />
    );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (value.trim() !== "") onAdd(name, value.trim());
        setName(null);
        setValue("");
      }}
    >
      <TextInput
        aria-label={filterLabels[name]}
        placeholder={`${filterLabels[name]} is exactly…, then Enter`}
        size="xs"
        w={220}
        autoFocus
        value={value}
        onChange={(event) => {
          setValue(event.currentTarget.value);
        }}
        onKeyDown={({ key }) => {
          if (key === "Escape") setName(null);
        }}
      />
    </form>
  );
}
