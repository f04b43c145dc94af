/** Before many are decided at once: exactly how many, which ones for example, how long it takes, what is left alone. */
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useNavigate, useRouterState, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { ApiError } from "../api/client.ts";
import type { BulkAction, BulkPreview } from "../api/types.ts";
import { previewBulk, startBulk } from "../api/verbs.ts";
import { filtersOf } from "../filters.ts";
import type { Filters } from "../filters.ts";
import { BulkPreviewPanel } from "../parts/bulk-preview.tsx";
import { FilterFacts } from "../parts/filter-facts.tsx";
import { PageFrame } from "../parts/page.tsx";
import { Refusal } from "../parts/problem.tsx";
import { ReasonField } from "../parts/reason-field.tsx";
import { Blank } from "../parts/states.tsx";
import { useMay } from "../permissions.ts";
import { verbWords } from "../words.ts";

const actions: readonly BulkAction[] = ["retry", "reconcile", "fallback", "discard", "cancel"];

/** Operations per second somebody may ask for. */
const rateMax = 1_000;

/** The page. */
export function BulkNewPage() {
  const search = useSearch({ from: "/bulk/new" });
  const to = useRouterState({ select: ({ location }) => location.state.to });
  const navigate = useNavigate();
  const may = useMay();
  const action = actions.find((each) => each === search.action) ?? "retry";
  const query: Filters = { state: "parked", ...filtersOf(search), ...(to === undefined ? {} : { to }) };
  const [reason, setReason] = useState("");
  const [rateText, setRateText] = useState("50");
  const [preview, setPreview] = useState<BulkPreview | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const { label, does } = verbWords[action];
  const rate = Number(rateText);
  const rateProblem = rate > 0 && rate <= rateMax ? null : `A number from 1 to ${rateMax}.`;
  const ready = reason.trim() !== "" && rateProblem === null;
  const run = async (): Promise<void> => {
    if (!ready || preview?.too_many === true) return;
    setBusy(true);
    setProblem(null);
    try {
      if (preview === null) setPreview(await previewBulk({ action, query, rate }));
      else {
        const bulk = await startBulk({ action, query, rate, reason: reason.trim() });
        await navigate({ to: "/bulk/$id", params: { id: bulk.id } });
      }
    } catch (error) {
      if (error instanceof ApiError) setProblem(error);
      else throw error;
    } finally {
      setBusy(false);
    }
  };
  if (!may("administer"))
    return (
      <PageFrame title="Bulk">
        <Blank title="Your key does not allow this">Bulk work needs the role admin.</Blank>
      </PageFrame>
    );
  return (
    <PageFrame title={`${label}, many at once`} lead={does}>
      <form
        className="bulk-new"
        onSubmit={(event) => {
          event.preventDefault();
          void run();
        }}
      >
        <section className="panel" aria-labelledby="which">
          <header>
            <h2 id="which">Which</h2>
          </header>
          <FilterFacts filters={query} />
          <NativeSelect
            label="What to do"
            value={action}
            data={actions.map((value) => ({ value, label: verbWords[value].label }))}
            onChange={(event) => {
              setPreview(null);
              void navigate({
                to: "/bulk/new",
                search: { ...search, action: event.currentTarget.value },
                state: to === undefined ? {} : { to },
                replace: true,
              });
            }}
          />
          <TextInput
            label="Operations per second"
            description="What is sent still goes through each account's own limits, behind what is urgent."
            inputMode="decimal"
            value={rateText}
            error={rateProblem}
            onChange={(event) => {
              setPreview(null);
              setRateText(event.currentTarget.value);
            }}
          />
          <ReasonField value={reason} onChange={setReason} />
          <Refusal problem={problem} />
          <div className="dialog-foot">
            <Button type="submit" variant="default" loading={busy} disabled={!ready || preview !== null}>
              Preview
            </Button>
          </div>
        </section>
        <BulkPreviewPanel action={action} preview={preview} busy={busy} />
      </form>
    </PageFrame>
  );
}
