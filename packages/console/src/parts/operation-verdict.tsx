/** The first screenful of an operation: what happened, was anything sent, whose move it is, and the moves. */
import { Button, Kbd } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Operation } from "../api/types.ts";
import { verbs } from "../api/verbs.ts";
import type { Verb } from "../api/verbs.ts";
import { shortId } from "../format.ts";
import { permissionOf, useMay } from "../permissions.ts";
import { availability, firstVerb, isInDoubt, responsibleLabel, standing, verbWords, verdict } from "../words.ts";
import { StateBadge } from "./badge.tsx";
import { Desk } from "./desk.tsx";

/** The panel. @param open begins a verb */
export function OperationVerdict({
  operation,
  open,
}: {
  readonly operation: Operation;
  readonly open: (verb: Verb) => void;
}) {
  const may = useMay();
  const { failure } = operation;
  const { tone } = standing(operation);
  const first = firstVerb(operation);
  const offered = verbs.flatMap((verb) => {
    const possible = availability(verb, operation);
    return possible === null || !may(permissionOf(verb)) ? [] : [{ verb, possible }];
  });
  // Said in words below the buttons, because a hint that only a pointer finds is none.
  const refusals = Map.groupBy(
    offered.flatMap(({ verb, possible }) =>
      possible === true ? [] : [{ why: possible, name: verbWords[verb].label }],
    ),
    ({ why }) => why,
  );
  return (
    <section className="verdict" data-tone={tone} aria-label="What became of it">
      <div className="verdict-words">
        <p className="verdict-line">
          <StateBadge facts={operation} /> <strong>{verdict(operation)}</strong>
        </p>
        {failure === null ? null : (
          <>
            <p>
              {failure.code === null ? null : <span className="mono code">{failure.code}</span>}
              {failure.message}
            </p>
            <p className="soft">
              {failure.guidance}{" "}
              {failure.docs === null || !failure.docs.startsWith("https:") ? null : (
                <a href={failure.docs} target="_blank" rel="noreferrer">
                  About this code
                </a>
              )}
            </p>
            <p className="dim">
              The cause lies with: <strong>{responsibleLabel(failure.responsible)}</strong>
            </p>
          </>
        )}
        {operation.child_ids.length > 0 && operation.state === "superseded" ? (
          <p>
            Replaced by{" "}
            {operation.child_ids.map((child) => (
              <Link key={child} to="/operations/$id" params={{ id: child }} className="mono">
                {shortId(child)}
              </Link>
            ))}
          </p>
        ) : null}
      </div>
      {offered.length === 0 ? null : (
        <div className="verbs" role="toolbar" aria-label="What can be done">
          {offered.map(({ verb, possible }) => {
            const { label, key, does } = verbWords[verb];
            return (
              <Button
                key={verb}
                variant={verb === first ? "filled" : "default"}
                {...(verb === first && isInDoubt(operation) ? { color: "violet.9" } : {})}
                size="sm"
                title={possible === true ? does : possible}
                {...(possible === true ? {} : { "data-disabled": true })}
                aria-disabled={possible !== true}
                rightSection={key === null ? null : <Kbd size="xs">{key}</Kbd>}
                onClick={() => {
                  if (possible === true) open(verb);
                }}
              >
                {label}
              </Button>
            );
          })}
        </div>
      )}
      {[...refusals].map(([why, which]) => (
        <p key={why} className="verbs-not dim">
          {which.map(({ name }) => name).join(", ")}: not now. {why}
        </p>
      ))}
      <Desk operation={operation} open={open} />
    </section>
  );
}
