/** The story of an operation, top to bottom: what happened, who did it, and why. */
import type { Attempt, Operation } from "../api/types.ts";
import { eventTone, eventWords } from "../events.ts";
import { duration } from "../format.ts";
import { tell } from "../story.ts";
import type { Moment as Part } from "../story.ts";
import type { Tone } from "../words.ts";
import { Copy } from "./copy.tsx";
import { Moment } from "./moment.tsx";

/** The list. */
export function Timeline({ operation }: { readonly operation: Operation }) {
  const story = tell(operation);
  return (
    <ol className="timeline">
      {story.map((part, index) => (
        <TimelineItem key={`${part.type} ${part.at} ${index}`} part={part} before={story[index - 1] ?? null} />
      ))}
    </ol>
  );
}

function TimelineItem({ part, before }: { readonly part: Part; readonly before: Part | null }) {
  const gap = before === null || part.type === "next" ? 0 : Date.parse(part.at) - Date.parse(before.at);
  return (
    <li data-tone={toneOf(part)} data-type={part.type}>
      <div className="timeline-when dim">
        <Moment at={part.at} as="clock" />
        {gap >= 1_000 ? <span className="timeline-gap">+{duration(gap)}</span> : null}
      </div>
      <div className="timeline-what">
        <PartBody part={part} />
      </div>
    </li>
  );
}

function PartBody({ part }: { readonly part: Part }) {
  switch (part.type) {
    case "attempt":
      return <AttemptBody attempt={part.attempt} />;
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
          {line.because === null ? null : <p className="soft because">{line.because}</p>}
        </>
      );
    }
    default:
      return part satisfies never;
  }
}

const outcomeWords = {
  accepted: "accepted",
  rejected: "refused",
  throttled: "told to wait",
  unavailable: "not reached",
  ambiguous: "no certain answer",
} as const;

function AttemptBody({ attempt }: { readonly attempt: Attempt }) {
  const { number, outcome, status, code, started_at: began, ended_at: ended, failure } = attempt;
  const took = ended === null ? null : Date.parse(ended) - Date.parse(began);
  return (
    <div className="attempt">
      <p>
        <strong>
          Attempt {number}: {outcome === null ? "under way" : outcomeWords[outcome]}
        </strong>
        {status === null ? null : <span className="mono status">{status}</span>}
        {code === null ? null : <span className="mono code">{code}</span>}
        {took === null ? null : <span className="dim num">{duration(took)}</span>}
      </p>
      {failure === null ? null : <p className="soft">{failure.message}</p>}
      {attempt.because === null ? null : (
        <p className="because">
          {attempt.decision === null ? null : <span className="decision">{attempt.decision}</span>}
          <span className="soft">{attempt.because}</span>
        </p>
      )}
      <details>
        <summary>Details</summary>
        <dl className="facts">
          <Detail name="Phase reached" value={attempt.phase} />
          <Detail name="Lease" value={String(attempt.lease)} />
          <Detail name="Provider's request id" value={attempt.request_id} copy />
          <Detail name="Started" value={began} />
          <Detail name="Ended" value={ended} />
          {failure === null ? null : (
            <>
              <Detail name="Kind" value={failure.kind.replaceAll("_", " ")} />
              <Detail name="Executed" value={failure.execution.replaceAll("_", " ")} />
              <Detail name="Remedy" value={failure.remedy.replaceAll("_", " ")} />
              <Detail name="Guidance" value={failure.guidance} />
              <Detail name="Field" value={failure.field} />
            </>
          )}
        </dl>
        {attempt.body === null ? null : (
          <figure className="answer">
            <figcaption className="dim">What the provider answered, redacted</figcaption>
            <pre className="mono">{attempt.body}</pre>
          </figure>
        )}
      </details>
    </div>
  );
}

function Detail({
  name,
  value,
  copy = false,
}: {
  readonly name: string;
  readonly value: string | null;
  readonly copy?: boolean;
}) {
  if (value === null || value === "") return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <span className={copy ? "mono" : undefined}>{value}</span>
        {copy ? <Copy value={value} what={name.toLowerCase()} /> : null}
      </dd>
    </div>
  );
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
