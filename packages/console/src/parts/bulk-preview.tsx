/** Exactly what bulk work would do, and the button that begins it. Nothing was written to find out. */
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { BulkAction, BulkPreview } from "../api/types.ts";
import { count, duration } from "../format.ts";
import { availability, reasonLabel, stateLabel, verbWords } from "../words.ts";
import { StateBadge } from "./badge.tsx";

/** The panel. @param preview null: not looked yet */
export function BulkPreviewPanel({
  action,
  preview,
  busy,
}: {
  readonly action: BulkAction;
  readonly preview: BulkPreview | null;
  readonly busy: boolean;
}) {
  return (
    <section className="panel" aria-labelledby="preview" aria-live="polite">
      <header>
        <h2 id="preview">Preview</h2>
      </header>
      {preview === null ? (
        <p className="dim">Say why, then look at exactly what would happen. Nothing happens before.</p>
      ) : preview.total === 0 ? (
        <p>Nothing matches now.</p>
      ) : (
        <>
          <p className="figure">
            <strong className="num">{count(preview.will_act)}</strong> of {count(preview.total)}{" "}
            {preview.total === 1 ? "operation" : "operations"}
          </p>
          <p>
            This takes about {duration(preview.seconds * 1_000)}. Membership is frozen when it starts: what changes
            meanwhile is left alone and reported.
          </p>
          <Skipped preview={preview} />
          <dl className="facts wide">
            {preview.by_reason.map(({ state, parked_reason: reason, count: size }) => (
              <div key={`${state} ${reason}`}>
                <dt>{reason === null ? stateLabel(state) : reasonLabel(reason)}</dt>
                <dd className="num">{count(size)}</dd>
              </div>
            ))}
          </dl>
          {preview.approval_required ? (
            <p className="note" data-tone="doubt">
              So many at once need a second person: it waits until another admin has approved it.
            </p>
          ) : null}
          <Begin action={action} preview={preview} busy={busy} />
          <h3>For example</h3>
          <ul className="sample">
            {preview.sample.map((row) => {
              const possible = availability(action, row);
              return (
                <li key={row.id}>
                  <StateBadge facts={row} />
                  <Link to="/operations/$id" params={{ id: row.id }}>
                    {row.reference ?? row.id}
                  </Link>
                  <span className="dim clip">{row.failure?.message}</span>
                  {possible === true ? null : <span className="sample-no">{possible ?? "left alone"}</span>}
                </li>
              );
            })}
          </ul>
        </>
      )}
    </section>
  );
}

function Skipped({ preview: { skipped } }: { readonly preview: BulkPreview }) {
  if (skipped.length === 0) return <p className="soft">None of them is expected to be refused.</p>;
  return (
    <ul className="note" data-tone="late">
      {skipped.map(({ because, count: size }) => (
        <li key={because}>
          <strong className="num">{count(size)}</strong> will be left alone: {because}
        </li>
      ))}
    </ul>
  );
}

function Begin({
  action,
  preview: { total, will_act: acts, too_many: tooMany, approval_required: asks },
  busy,
}: {
  readonly action: BulkAction;
  readonly preview: BulkPreview;
  readonly busy: boolean;
}) {
  if (tooMany)
    return (
      <p className="note" data-tone="fail" role="alert">
        {count(total)} are more than one piece of bulk work may have. Narrow it, by a period for instance.
      </p>
    );
  return (
    <div className="dialog-foot">
      <Button
        type="submit"
        loading={busy}
        disabled={acts === 0}
        autoFocus
        {...(action === "discard" || action === "cancel" ? { color: "red.9" } : {})}
      >
        {asks ? "Ask a second person to: " : ""}
        {verbWords[action].label} {count(acts)} {acts === 1 ? "operation" : "operations"}
      </Button>
    </div>
  );
}
