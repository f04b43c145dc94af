/** Which time to look at: the last so much of it, or any two instants. */
import { Button, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import type { Span, SpanSearch } from "../span.ts";
import { fromLocalField, lastSpans, toLocalField } from "../span.ts";

/** The control. @param shown the ends that are shown now, to begin from */
export function SpanPicker({
  span,
  shown,
  onChange,
}: {
  readonly span: Span;
  readonly shown: { readonly from: string; readonly to: string } | null;
  readonly onChange: (search: SpanSearch) => void;
}) {
  const [typing, setTyping] = useState<{ readonly from: string; readonly to: string } | null>(null);
  const custom = span.type === "between";
  const ends = typing ?? (custom ? { from: toLocalField(span.from), to: toLocalField(span.to) } : null);
  const from = ends === null ? null : fromLocalField(ends.from);
  const to = ends === null ? null : fromLocalField(ends.to);
  const ready = from !== null && to !== null && Date.parse(from) < Date.parse(to);
  return (
    <div className="span-picker">
      {ends === null ? null : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (!ready) return;
            setTyping(null);
            onChange({ from, to });
          }}
        >
          {(["from", "to"] as const).map((end) => (
            <input
              key={end}
              type="datetime-local"
              aria-label={end === "from" ? "From" : "To"}
              value={ends[end]}
              onChange={(event) => {
                setTyping({ ...ends, [end]: event.currentTarget.value });
              }}
            />
          ))}
          <Button type="submit" variant="default" size="compact-sm" disabled={!ready || typing === null}>
            Show
          </Button>
        </form>
      )}
      <SegmentedControl
        size="xs"
        aria-label="Window"
        value={ends === null && span.type === "last" ? span.name : "between"}
        data={[
          ...lastSpans.map(({ name }) => ({ value: name, label: name })),
          { value: "between", label: "From – to" },
        ]}
        onChange={(value) => {
          if (value === "between")
            return setTyping(
              shown === null ? { from: "", to: "" } : { from: toLocalField(shown.from), to: toLocalField(shown.to) },
            );
          setTyping(null);
          onChange({ window: value });
        }}
      />
    </div>
  );
}
