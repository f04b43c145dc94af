/** What a text costs on the air, under the field in which it is written. */
import { plural } from "../format.ts";
import { countSegments } from "../segments.ts";

/** A line. */
export function SegmentMeter({ text }: { readonly text: string }) {
  const { encoding, units, segments, left, culprits } = countSegments(text);
  return (
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
  );
}
