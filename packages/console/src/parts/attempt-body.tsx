/** One attempt on the timeline: what was asked, how far it got, what came back, and what was decided and why. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { endpointQuery } from "../api/queries.ts";
import type { Attempt } from "../api/types.ts";
import { duration } from "../format.ts";
import { useMay } from "../permissions.ts";
import { Copy } from "./copy.tsx";

const outcomeWords = {
  accepted: "accepted",
  rejected: "refused",
  throttled: "told to wait",
  unavailable: "not reached",
  ambiguous: "no certain answer",
} as const;

/** One attempt. @param id its operation's */
export function AttemptBody({ id, attempt }: { readonly id: string; readonly attempt: Attempt }) {
  const [open, setOpen] = useState(false);
  const may = useMay();
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
      <details
        onToggle={(event) => {
          setOpen(event.currentTarget.open);
        }}
      >
        <summary>Details</summary>
        <dl className="facts">
          {open ? <Request id={id} /> : null}
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
        {attempt.body === null ? (
          failure !== null && may("reveal") ? (
            <p className="dim">What the provider answered is hidden until the content is revealed.</p>
          ) : null
        ) : (
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

/** Where the request went. Every attempt of an operation has the same content, byte for byte, and the same key. */
function Request({ id }: { readonly id: string }) {
  const { data } = useQuery(endpointQuery(id));
  return <Detail name="Request" value={data ?? null} copy />;
}
