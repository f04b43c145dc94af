/** What a text costs on the air, under the field in which it is written. */
import { plural } from "../format.ts";
import { countSegments } from "../segments.ts";
import { unfilledPlaces } from "../template.ts";

/** A line. */
export function SegmentMeter({ text }: { readonly text: string }) {
  const { encoding, units, segments, left, culprits } = countSegments(text);
  const unfilled = unfilledPlaces(text);
  return (
    <>
      {unfilled.length === 0 ? null : (
        <p className="segments unfilled" role="status">
          Nobody filled {unfilled.slice(0, 3).join(", ")}: it would be sent as it stands.
        </p>
      )}
      <p className="segments num" aria-live="polite">
        <strong>{plural(segments, "segment")}</strong> · {encoding} · {units} used, {left} left
        {culprits.length === 0 ? null : (
          <span className="soft">
            {" · "}because of{" "}
            {culprits
              .slice(0, 5)
              .map((each) => `“${each}”`)
              .join(" ")}
            {culprits.length > 5 ? ` and ${culprits.length - 5} more` : ""}
          </span>
        )}
      </p>
    </>
  );
}
