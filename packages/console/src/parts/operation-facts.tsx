/** The dry facts about an operation, each ready to copy. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Operation } from "../api/types.ts";
import { shortId } from "../format.ts";
import { Copy } from "./copy.tsx";
import { Moment } from "./moment.tsx";

/** The panel. */
export function OperationFacts({ operation }: { readonly operation: Operation }) {
  const { parent_id: parent, child_ids: children, fallback, metadata } = operation;
  return (
    <section className="panel" aria-labelledby="facts-title">
      <header>
        <h2 id="facts-title">Facts</h2>
      </header>
      <dl className="facts">
        <Fact name="Operation">
          {operation.operation} <span className="dim">on</span>{" "}
          <Link to="/accounts" hash={operation.account}>
            {operation.account}
          </Link>
        </Fact>
        {operation.reference === null ? null : (
          <Fact name="Reference" copy={operation.reference}>
            {operation.reference}
          </Fact>
        )}
        {operation.provider_id === null ? null : (
          <Fact name="Provider's id" copy={operation.provider_id}>
            <span className="mono">{operation.provider_id}</span>
          </Fact>
        )}
        <Fact name="Idempotency key" copy={operation.idempotency_key}>
          <span className="mono">{operation.idempotency_key}</span>
        </Fact>
        <Fact name="Asked for">
          <Moment at={operation.created_at} as="full" />
          {operation.created_by === null ? null : <span className="dim"> by {operation.created_by}</span>}
        </Fact>
        <Fact name="Deadline">
          <Moment at={operation.deadline} as="full" />
        </Fact>
        {operation.next_attempt_at === null ? null : (
          <Fact name="Next attempt">
            <Moment at={operation.next_attempt_at} as="full" />
          </Fact>
        )}
        <Fact name="Urgency">
          {operation.class}, {operation.guarantee.replaceAll("-", " ")}
        </Fact>
        {operation.subject === null ? null : <Fact name="Subject">{operation.subject}</Fact>}
        {parent === null ? null : (
          <Fact name="Made from">
            <Link to="/operations/$id" params={{ id: parent }} className="mono">
              {shortId(parent)}
            </Link>
          </Fact>
        )}
        {children.length === 0 ? null : (
          <Fact name="Became">
            {children.map((child) => (
              <Link key={child} to="/operations/$id" params={{ id: child }} className="mono">
                {shortId(child)}{" "}
              </Link>
            ))}
          </Fact>
        )}
        {fallback.length === 0 ? null : (
          <Fact name="Then">
            {fallback.map(({ account, operation: name }) => `${account} · ${name}`).join(", then ")}
          </Fact>
        )}
        {metadata === null ? null : (
          <Fact name="Metadata">
            <span className="mono">{JSON.stringify(metadata)}</span>
          </Fact>
        )}
        {operation.trace_url === null || !/^https?:/.test(operation.trace_url) ? null : (
          <Fact name="Trace">
            <a href={operation.trace_url} target="_blank" rel="noreferrer">
              Open the trace
            </a>
          </Fact>
        )}
        <Fact name="Version">{operation.version}</Fact>
      </dl>
    </section>
  );
}

function Fact({
  name,
  copy,
  children,
}: {
  readonly name: string;
  readonly copy?: string;
  readonly children: ReactNode;
}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {children}
        {copy === undefined ? null : <Copy value={copy} what={name.toLowerCase()} />}
      </dd>
    </div>
  );
}
