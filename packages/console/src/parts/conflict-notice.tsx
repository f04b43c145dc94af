/** Somebody or something was faster: who, what, when. Nothing is overwritten; what was typed stays. */
import { Button } from "@mantine/core";
import type { ApiError } from "../api/client.ts";
import type { Operation } from "../api/types.ts";
import { eventWords } from "../events.ts";
import { verdict } from "../words.ts";
import { StateBadge } from "./badge.tsx";
import { Moment } from "./moment.tsx";

/** A notice, when there is something to say. */
export function ConflictNotice({
  seen,
  latest,
  problem,
  onClose,
}: {
  readonly seen: Operation;
  readonly latest: Operation;
  readonly problem: ApiError | null;
  readonly onClose: () => void;
}) {
  const moved = latest.version !== seen.version;
  if (!moved && problem?.code !== "STATE_CONFLICT") return null;
  const since = latest.history.slice(seen.history.length);
  return (
    <div className="note conflict" data-tone="late" role="alert">
      <strong>{moved ? "It has changed since you opened this." : "That is not possible now."}</strong>
      {moved ? null : <p>{problem?.message}.</p>}
      <ul>
        {since.map((line, index) => (
          <li key={index}>
            <Moment at={line.at} as="clock" /> · <strong>{line.actor}</strong> {eventWords(line).toLowerCase()}
            {line.because === null ? null : <span className="soft">: {line.because}</span>}
          </li>
        ))}
      </ul>
      <p>
        <StateBadge facts={latest} /> {verdict(latest)} Nothing you typed has been sent.
      </p>
      <Button variant="default" size="compact-sm" onClick={onClose}>
        Close and look again
      </Button>
    </div>
  );
}
