/** Before and after, side by side; what is the same stays quiet. */
import { compareInputs } from "../diff.ts";
import type { Piece } from "../diff.ts";

type Input = Readonly<Record<string, unknown>>;

/** The comparison. */
export function DiffView({ before, after }: { readonly before: Input; readonly after: Input }) {
  const changes = compareInputs(before, after);
  const changed = changes.filter((change) => change.changed);
  return (
    <table className="diff">
      <caption className="visually-hidden">What changes</caption>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">As it was</th>
          <th scope="col">As it will be sent</th>
        </tr>
      </thead>
      <tbody>
        {changed.length === 0 ? (
          <tr>
            <td colSpan={3} className="dim">
              Nothing has been changed yet.
            </td>
          </tr>
        ) : (
          changed.map(({ name, before: was, after: becomes }) => (
            <tr key={name}>
              <th scope="row" className="mono">
                {name}
              </th>
              <td>
                <Pieces pieces={was} />
              </td>
              <td>
                <Pieces pieces={becomes} />
              </td>
            </tr>
          ))
        )}
      </tbody>
    </table>
  );
}

function Pieces({ pieces }: { readonly pieces: readonly Piece[] }) {
  if (pieces.length === 0) return <span className="dim">nothing</span>;
  return (
    <span className="pieces">
      {pieces.map(({ text, change }, index) =>
        change === "same" ? (
          <span key={index}>{text}</span>
        ) : change === "gone" ? (
          <del key={index}>{text}</del>
        ) : (
          <ins key={index}>{text}</ins>
        ),
      )}
    </span>
  );
}
