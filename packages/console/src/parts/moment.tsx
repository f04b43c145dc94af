/** An instant, as people read it, with UTC when one points at it. */
import { absolute, clock, relative, utc } from "../format.ts";
import { useNow } from "../now.ts";

/** `relative` for lists, `clock` for a timeline, `full` where it stands alone. */
export function Moment({ at, as = "relative" }: { readonly at: string; readonly as?: "relative" | "clock" | "full" }) {
  const now = useNow();
  const text = as === "relative" ? relative(at, now) : as === "clock" ? clock(at, now) : absolute(at);
  const exact = as === "full" ? utc(at) : `${absolute(at)}\n${utc(at)}`;
  return (
    <time dateTime={at} title={exact} className="nowrap">
      {text}
    </time>
  );
}
