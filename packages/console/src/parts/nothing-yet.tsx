/** The first start: what to do next, ready to paste. */
import { IconSend } from "@tabler/icons-react";
import { Copy } from "./copy.tsx";
import { Blank } from "./states.tsx";

const example = `curl -X POST ${location.origin}/v1/messages \\
  -H "Authorization: Bearer $LANDLINE_KEY" \\
  -H "Content-Type: application/json" \\
  -H "Idempotency-Key: first-message" \\
  -d '{"to": "+14155550100", "body": "Hello", "via": ["ACCOUNT:sms"]}'`;

/** Shown instead of an empty list. */
export function NothingYet() {
  return (
    <Blank icon={<IconSend stroke={1.4} />} title="No operation has been asked for yet">
      <p>Send the first one; it appears here by itself.</p>
      <div className="code-block">
        <pre>{example}</pre>
        <Copy value={example} what="the command" />
      </div>
      <p>
        The whole API is described at <a href="/docs">/docs</a>.
      </p>
    </Blank>
  );
}
