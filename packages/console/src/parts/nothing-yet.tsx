/** The first start: what to do next, ready to paste. */
import { IconSend } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { accountsQuery } from "../api/queries.ts";
import { useMay } from "../permissions.ts";
import { Copy } from "./copy.tsx";
import { Blank } from "./states.tsx";

const example = (way: string): string => `curl -X POST ${location.origin}/v1/messages \\
  -H "Authorization: Bearer $LANDLINE_KEY" \\
  -H "Content-Type: application/json" \\
  -H "Idempotency-Key: first-message" \\
  -d '{"to": "+14155550100", "body": "Hello", "via": ["${way}"]}'`;

/** Shown instead of an empty list. */
export function NothingYet() {
  const may = useMay();
  const { data } = useQuery({ ...accountsQuery, enabled: may("overview") });
  const sends = data?.find(({ operations }) => operations.some((name) => name.startsWith("messages.")));
  const command = example(`${sends?.name ?? "ACCOUNT"}:sms`);
  if (data?.length === 0)
    return (
      <Blank icon={<IconSend stroke={1.4} />} title="First, an account">
        <p>
          Landline has no way out yet. Add an account to <span className="mono">landline.config.json</span>, check it
          with <span className="mono">landline doctor</span>, and start again.
        </p>
      </Blank>
    );
  return (
    <Blank icon={<IconSend stroke={1.4} />} title="No operation has been asked for yet">
      <p>Send the first one; it appears here by itself.</p>
      <div className="code-block">
        <pre>{command}</pre>
        <Copy value={command} what="the command" />
      </div>
      <p>
        The whole API is described at <a href="/docs">/docs</a>.
      </p>
    </Blank>
  );
}
