/** One operation: what became of it in one sentence, what can be done, and the whole story. */
import { Button, Kbd } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useRouter, useSearch } from "@tanstack/react-router";
import { operationQuery } from "../api/queries.ts";
import type { Operation } from "../api/types.ts";
import { verbs } from "../api/verbs.ts";
import type { Verb } from "../api/verbs.ts";
import { shortId } from "../format.ts";
import { useKeys } from "../keys.ts";
import { useLive } from "../live.ts";
import { StateBadge } from "../parts/badge.tsx";
import { Copy } from "../parts/copy.tsx";
import { OperationFacts } from "../parts/operation-facts.tsx";
import { OperationInput } from "../parts/operation-input.tsx";
import { PageFrame } from "../parts/page.tsx";
import { Loading, Trouble } from "../parts/states.tsx";
import { Takeaway } from "../parts/takeaway.tsx";
import { Timeline } from "../parts/timeline.tsx";
import { VerbDialog } from "../parts/verb-dialog.tsx";
import { permissionOf, useMay } from "../permissions.ts";
import { availability, firstVerb, isInDoubt, responsibleLabel, standing, verbWords, verdict } from "../words.ts";

/** The page. */
export function OperationPage() {
  const { id } = useParams({ from: "/operations/$id" });
  const search = useSearch({ from: "/operations/$id" });
  const navigate = useNavigate();
  const router = useRouter();
  const queries = useQueryClient();
  const may = useMay();
  const found = useQuery(operationQuery(id));
  const operation = found.data;
  const open = (verb: Verb): void => void navigate({ to: "/operations/$id", params: { id }, search: { do: verb } });
  useLive((event) => {
    if (event.id === id) void queries.invalidateQueries({ queryKey: ["operation", id] });
  });
  useKeys({
    u: () => {
      router.history.back();
    },
    ...Object.fromEntries(
      verbs.flatMap((verb) => {
        const { key } = verbWords[verb];
        if (key === null || operation === undefined || !may(permissionOf(verb))) return [];
        return availability(verb, operation) === true ? [[key, () => open(verb)]] : [];
      }),
    ),
  });
  return (
    <PageFrame title={`Operation ${shortId(id)}`} lead={<Crumbs id={id} />}>
      {operation !== undefined ? (
        <>
          <Verdict operation={operation} open={open} />
          <div className="operation">
            <section aria-labelledby="story">
              <h2 id="story">Timeline</h2>
              <Timeline operation={operation} />
            </section>
            <aside aria-label="Facts" className="operation-side">
              <OperationInput operation={operation} />
              <OperationFacts operation={operation} />
              <Takeaway operation={operation} show={search.show} />
            </aside>
          </div>
        </>
      ) : found.error === null ? (
        <Loading />
      ) : (
        <Trouble error={found.error} again={() => void found.refetch()} />
      )}
      {search.do === undefined || operation === undefined || !may(permissionOf(search.do)) ? null : (
        <VerbDialog
          id={id}
          verb={search.do}
          onClose={() => void navigate({ to: "/operations/$id", params: { id }, search: {} })}
          onOpen={(child) => void navigate({ to: "/operations/$id", params: { id: child } })}
        />
      )}
    </PageFrame>
  );
}

function Crumbs({ id }: { readonly id: string }) {
  const router = useRouter();
  return (
    <span className="crumbs">
      <button
        type="button"
        className="link"
        onClick={() => {
          router.history.back();
        }}
      >
        <IconArrowLeft size={13} aria-hidden="true" /> Back
      </button>
      <span className="mono">{id}</span>
      <Copy value={id} what="the id" />
    </span>
  );
}

/** The first screenful: what happened, was anything sent, whose move it is, and the moves. */
function Verdict({ operation, open }: { readonly operation: Operation; readonly open: (verb: Verb) => void }) {
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
              {failure.docs === null ? null : (
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
    </section>
  );
}
