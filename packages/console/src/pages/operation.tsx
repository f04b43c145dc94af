/** One operation: what became of it in one sentence, what can be done, and the whole story. */
import { IconArrowLeft } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useRouter, useSearch } from "@tanstack/react-router";
import { operationQuery } from "../api/queries.ts";
import type { Operation } from "../api/types.ts";
import { deskVerbs, verbs } from "../api/verbs.ts";
import type { Verb } from "../api/verbs.ts";
import { shortId } from "../format.ts";
import { useKeys } from "../keys.ts";
import { useLive } from "../live.ts";
import { Copy } from "../parts/copy.tsx";
import { OperationFacts } from "../parts/operation-facts.tsx";
import { OperationInput } from "../parts/operation-input.tsx";
import { OperationVerdict } from "../parts/operation-verdict.tsx";
import { PageFrame } from "../parts/page.tsx";
import { Loading, Trouble } from "../parts/states.tsx";
import { Takeaway } from "../parts/takeaway.tsx";
import { Timeline } from "../parts/timeline.tsx";
import { VerbDialog } from "../parts/verb-dialog.tsx";
import { permissionOf, useMay } from "../permissions.ts";
import { useRevealed } from "../reveal.ts";
import { availability, verbWords } from "../words.ts";

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
  const revealed = useRevealed(id);
  const open = (verb: Verb): void => void navigate({ to: "/operations/$id", params: { id }, search: { do: verb } });
  useLive((event) => {
    if (event.id === id) void queries.invalidateQueries({ queryKey: ["operation", id] });
  });
  useKeys({
    u: () => {
      router.history.back();
    },
    ...Object.fromEntries(
      [...verbs, ...deskVerbs].flatMap((verb) => {
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
          <OperationVerdict operation={operation} open={open} />
          <div className="operation">
            <section aria-labelledby="story">
              <h2 id="story">Timeline</h2>
              <Timeline operation={withAnswers(operation, revealed?.operation ?? null)} />
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

/** The latest story, with what the provider answered where that has been revealed. */
function withAnswers(latest: Operation, revealed: Operation | null): Operation {
  if (revealed === null) return latest;
  const bodies = new Map(revealed.attempts.map(({ number, body }) => [number, body]));
  return {
    ...latest,
    attempts: latest.attempts.map((attempt) => ({
      ...attempt,
      body: attempt.body ?? bodies.get(attempt.number) ?? null,
    })),
  };
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
