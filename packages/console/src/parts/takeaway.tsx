/** What one takes elsewhere: to a terminal, to a colleague, to the provider's support. */
import { Button, CopyButton, Modal, Tabs } from "@mantine/core";
import { IconBraces, IconLifebuoy, IconTerminal2 } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { escalationQuery } from "../api/queries.ts";
import type { Operation } from "../api/types.ts";
import { askAgainCommand, lookUpCommand } from "../curl.ts";
import { useRevealed } from "../reveal.ts";
import { Copy } from "./copy.tsx";
import { Loading, Trouble } from "./states.tsx";

/** The panel and its dialogs. */
export function Takeaway({
  operation,
  show,
}: {
  readonly operation: Operation;
  readonly show: "raw" | "escalation" | undefined;
}) {
  const navigate = useNavigate();
  const revealed = useRevealed(operation.id);
  const full = revealed?.operation ?? null;
  const go = (next: "raw" | "escalation" | undefined): void =>
    void navigate({
      to: "/operations/$id",
      params: { id: operation.id },
      search: next === undefined ? {} : { show: next },
    });
  const raw = JSON.stringify(full ?? operation, null, 2);
  return (
    <section className="panel takeaway" aria-label="Take away">
      <Button
        variant="default"
        leftSection={<IconLifebuoy size={15} aria-hidden="true" />}
        onClick={() => {
          go("escalation");
        }}
      >
        Escalation package
      </Button>
      <Button
        variant="default"
        leftSection={<IconBraces size={15} aria-hidden="true" />}
        onClick={() => {
          go("raw");
        }}
      >
        Raw and curl
      </Button>
      <CopyButton value={lookUpCommand(location.origin, operation.id)}>
        {({ copied, copy }) => (
          <Button variant="default" leftSection={<IconTerminal2 size={15} aria-hidden="true" />} onClick={copy}>
            {copied ? "Copied" : "Copy as curl"}
          </Button>
        )}
      </CopyButton>
      <Modal
        opened={show === "escalation"}
        onClose={() => {
          go(undefined);
        }}
        title="Escalation package"
        size={860}
        closeButtonProps={{ "aria-label": "Close" }}
      >
        {show === "escalation" ? <Escalation id={operation.id} /> : null}
      </Modal>
      <Modal
        opened={show === "raw"}
        onClose={() => {
          go(undefined);
        }}
        title="Raw"
        size={860}
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <Tabs defaultValue="json">
          <Tabs.List>
            <Tabs.Tab value="json">JSON</Tabs.Tab>
            <Tabs.Tab value="look">curl: look it up</Tabs.Tab>
            <Tabs.Tab value="again">curl: ask for it again</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="json">
            <Block text={raw} what="the JSON" />
          </Tabs.Panel>
          <Tabs.Panel value="look">
            <Block text={lookUpCommand(location.origin, operation.id)} what="the command" />
          </Tabs.Panel>
          <Tabs.Panel value="again">
            {full === null ? (
              <p className="note">Reveal the content first: a command with masked numbers would reach nobody.</p>
            ) : (
              <>
                <p className="note" data-tone="late">
                  This sends when it is run, as a new operation with a key of its own.
                </p>
                <Block text={askAgainCommand(location.origin, full)} what="the command" />
              </>
            )}
          </Tabs.Panel>
        </Tabs>
      </Modal>
    </section>
  );
}

function Block({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <div className="code-block">
      <pre tabIndex={0}>{text}</pre>
      <Copy value={text} what={what} />
    </div>
  );
}

function Escalation({ id }: { readonly id: string }) {
  const { data, error } = useQuery(escalationQuery(id));
  if (error !== null) return <Trouble error={error} />;
  if (data === undefined) return <Loading rows={4} />;
  return (
    <div className="dialog">
      <p className="soft">Everything the provider&apos;s support asks for. Secrets are already removed.</p>
      <div className="code-block">
        <pre tabIndex={0}>{data}</pre>
      </div>
      <div className="dialog-foot">
        <Button
          variant="default"
          component="a"
          href={URL.createObjectURL(new Blob([data], { type: "text/markdown" }))}
          download={`${id}.md`}
        >
          Download
        </Button>
        <CopyButton value={data}>
          {({ copied, copy }) => <Button onClick={copy}>{copied ? "Copied" : "Copy"}</Button>}
        </CopyButton>
      </div>
    </div>
  );
}
