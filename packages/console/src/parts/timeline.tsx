/** The story of an operation, top to bottom: what happened, who did it, and why. */
import type { Operation } from "../api/types.ts";
import { eventTone, eventWords } from "../events.ts";
import { duration } from "../format.ts";
import { tell } from "../story.ts";
import type { Moment as Part } from "../story.ts";
import type { Tone } from "../words.ts";
import { AttemptBody } from "./attempt-body.tsx";
import { Moment } from "./moment.tsx";

/** The list. */
export function Timeline({ operation }: { readonly operation: Operation }) {
  const story = tell(operation);
  return (
    <ol className="timeline">
      {story.map((part, index) => (
        <TimelineItem
          key={`${part.type} ${part.at} ${index}`}
          id={operation.id}
          part={part}
          before={story[index - 1] ?? null}
        />
      ))}
    </ol>
  );
}

function TimelineItem({
  id,
  part,
  before,
}: {
  readonly id: string;
  readonly part: Part;
  readonly before: Part | null;
}) {
  const gap = before === null || part.type === "next" ? 0 : Date.parse(part.at) - Date.parse(before.at);
  return (
    <li data-tone={toneOf(part)} data-type={part.type}>
      <div className="timeline-when dim">
        <Moment at={part.at} as="clock" />
        {gap >= 1_000 ? <span className="timeline-gap">+{duration(gap)}</span> : null}
      </div>
      <div className="timeline-what">
        <PartBody id={id} part={part} />
      </div>
    </li>
  );
}

function PartBody({ id, part }: { readonly id: string; readonly part: Part }) {
  switch (part.type) {
    case "attempt":
      return <AttemptBody id={id} attempt={part.attempt} />;
    case "receipt":
      return (
        <p>
          <strong>The provider says {part.receipt.status}</strong>
          {part.receipt.code === null ? null : <span className="mono code">{part.receipt.code}</span>}
          {part.receipt.message === null ? null : <span className="soft">{part.receipt.message}</span>}
        </p>
      );
    case "next":
      return (
        <p>
          <strong>Next attempt</strong> <Moment at={part.at} />
        </p>
      );
    case "event": {
      const { line } = part;
      return (
        <>
          <p>
            <strong>{eventWords(line)}</strong>
            {line.actor === "landline" ? null : <span className="actor">{line.actor}</span>}
          </p>
          {line.because === null ? null : (
            <p className={line.event === "operation.commented" ? "said" : "soft because"}>{line.because}</p>
          )}
        </>
      );
    }
    default:
      return part satisfies never;
  }
}

function toneOf(part: Part): Tone {
  switch (part.type) {
    case "event":
      return eventTone(part.line);
    case "receipt":
      return /deliver|read|sent|accept|queued|complete/i.test(part.receipt.status) && part.receipt.code === null
        ? "ok"
        : "fail";
    case "next":
      return "wait";
    case "attempt":
      switch (part.attempt.outcome) {
        case "accepted":
          return "ok";
        case "ambiguous":
          return "doubt";
        case "rejected":
          return "fail";
        case "throttled":
        case "unavailable":
          return "late";
        case null:
          return "wait";
        default:
          return part.attempt.outcome satisfies never;
      }
    default:
      return part satisfies never;
  }
}
