import { afterEach, expect, test } from "vitest";
import { createHarness } from "./testing/harness.ts";
import type { Harness } from "./testing/harness.ts";
import { ambiguous, refused } from "./testing/scripted-sender.ts";
import { toWireEvent } from "./wire/event.ts";

let open: Harness[] = [];
afterEach(async () => {
  await Promise.all(open.map(async (harness) => harness.close()));
  open = [];
});
const harness = (): Harness => {
  const made = createHarness();
  open.push(made);
  return made;
};
const input = { To: "+14155552671", From: "+15005550006", Body: "corrected" };

/** A gateway with one parked operation. */
async function parked(
  outcome = () => refused("21211"),
): Promise<Harness & { readonly id: string; readonly version: number }> {
  const made = harness();
  made.sender.outcome = outcome;
  const { id } = await made.create("k");
  const { version } = await made.until(id, "parked");
  return { ...made, id, version };
}

test("fix makes a child with a new key and leaves the parent as it was", async () => {
  const { ask, id, version } = await parked();
  const fixed = await ask("POST", `/v1/operations/${id}/fix`, {
    as: "operator",
    body: { input, reason: "typo", version },
  });
  expect(fixed.status).toBe(201);
  expect(fixed.body).toMatchObject({ parent_id: id, input: { Body: "corrected" } });
  expect(fixed.body.idempotency_key).not.toBe("k");
  expect(fixed.headers.get("location")).toBe(`/v1/operations/${fixed.body.id}`);
  const parent = await ask("GET", `/v1/operations/${id}`, { as: "operator" });
  expect(parent.body).toMatchObject({
    state: "superseded",
    child_ids: [fixed.body.id],
    input: { Body: "canary-body" },
  });
  const again = await ask("POST", `/v1/operations/${id}/fix`, {
    as: "operator",
    body: { input, reason: "typo", version },
  });
  expect([again.status, again.body.code]).toEqual([409, "STATE_CONFLICT"]);
});

test("retry appends the next attempt to the same operation", async () => {
  const { ask, sender, until, id, version } = await parked();
  sender.outcome = () => ({
    type: "accepted",
    providerId: "SM1",
    providerStatus: "queued",
    value: {},
    requestId: "RQ2",
    status: 201,
  });
  const retried = await ask("POST", `/v1/operations/${id}/retry`, {
    as: "operator",
    body: { reason: "provider mended" },
    headers: { "if-match": `"${version}"` },
  });
  expect(retried.status).toBe(200);
  expect(retried.body.id).toBe(id);
  const after = await until(id, "accepted");
  expect(after.attempts.map((attempt: { number: number }) => attempt.number)).toEqual([1, 2]);
  expect(after.provider_id).toBe("SM1");
  expect(after.history.some((line: { actor: string }) => line.actor === "operator")).toBe(true);
});

test("fallback goes by another account and discard ends it", async () => {
  const first = await parked();
  const other = await first.ask("POST", `/v1/operations/${first.id}/fallback`, {
    as: "operator",
    body: { account: "tw2", reason: "other way", version: first.version },
  });
  expect([other.status, other.body.account, other.body.parent_id]).toEqual([201, "tw2", first.id]);
  const second = await parked();
  const gone = await second.ask("POST", `/v1/operations/${second.id}/discard`, {
    as: "operator",
    body: { reason: "not needed", version: second.version },
  });
  expect([gone.status, gone.body.state]).toEqual([200, "discarded"]);
});

test("doubt is resolved with evidence, either way", async () => {
  for (const [verdict, state] of [
    ["sent", "accepted"],
    ["not_sent", "queued"],
  ] as const) {
    const made = harness();
    made.sender.outcome = ambiguous;
    const { id } = (
      await made.ask("POST", "/v1/operations", {
        body: { account: "tw", operation: "messages.create", input, guarantee: "at-most-once" },
        headers: { "idempotency-key": verdict },
      })
    ).body;
    const { version, parked_reason } = await made.until(id, "parked");
    expect(parked_reason).toBe("doubt");
    await made.outbox.stop();
    const resolved = await made.ask("POST", `/v1/operations/${id}/resolve`, {
      as: "operator",
      body: { verdict, evidence: "seen in the provider's log", reason: "looked", version },
    });
    expect([resolved.status, resolved.body.state]).toEqual([200, state]);
  }
});

test("the answer says what the verb did, however soon the next attempt starts", async () => {
  const made = harness();
  made.sender.outcome = ambiguous;
  const { id } = (
    await made.ask("POST", "/v1/operations", {
      body: { account: "tw", operation: "messages.create", input, guarantee: "at-most-once" },
      headers: { "idempotency-key": "soon" },
    })
  ).body;
  const { version } = await made.until(id, "parked");
  const story = made.outbox.story.bind(made.outbox);
  // The next attempt is over before the answer is put together.
  made.outbox.story = async (asked) => {
    for (;;) {
      const told = await story(asked);
      if (told === null || told.operation.version === version || told.attempts[1]?.endedAt) return told;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  const resolved = await made.ask("POST", `/v1/operations/${id}/resolve`, {
    as: "operator",
    body: { verdict: "not_sent", evidence: "seen in the provider's log", reason: "looked", version },
  });
  expect(resolved.body).toMatchObject({ state: "queued", version: version + 1, parked_reason: null });
  expect(resolved.body.attempts).toHaveLength(1);
  expect(resolved.headers.get("etag")).toBe(`"${version + 1}"`);
});

test("every verb needs a reason and a version, the right role, and an operation that is there", async () => {
  const { ask, id, version } = await parked();
  const bodies = {
    retry: {},
    fix: { input },
    fallback: { account: "tw2" },
    discard: {},
    resolve: { verdict: "sent", evidence: "seen" },
  };
  for (const [verb, body] of Object.entries(bodies)) {
    const path = `/v1/operations/${id}/${verb}`;
    const noReason = await ask("POST", path, { as: "operator", body: { ...body, version } });
    expect([verb, noReason.status, noReason.body.details?.field]).toEqual([verb, 400, "reason"]);
    const noVersion = await ask("POST", path, { as: "operator", body: { ...body, reason: "r" } });
    expect([verb, noVersion.status, noVersion.body.code]).toEqual([verb, 428, "PRECONDITION_REQUIRED"]);
    const stale = await ask("POST", path, {
      as: "operator",
      body: { ...body, reason: "r" },
      headers: { "if-match": '"1"' },
    });
    expect([verb, stale.status, stale.body.code]).toEqual([verb, 409, "STATE_CONFLICT"]);
    for (const as of ["app", "viewer"] as const)
      expect([verb, as, (await ask("POST", path, { as, body: "not json" })).status]).toEqual([verb, as, 403]);
    const nowhere = await ask("POST", `/v1/operations/op_none/${verb}`, {
      as: "operator",
      body: { ...body, reason: "r", version },
    });
    expect([verb, nowhere.status]).toEqual([verb, 404]);
  }
  expect((await ask("POST", `/v1/operations/${id}/reconcile`, { as: "operator", body: { version } })).status).toBe(409);
  const odd = await ask("POST", `/v1/operations/${id}/retry`, {
    as: "operator",
    body: { reason: "r" },
    headers: { "if-match": "*" },
  });
  expect([odd.status, odd.body.details.field]).toEqual([400, "If-Match"]);
});

test("the sender cancels its own and nobody else's; twice is a conflict", async () => {
  const { ask, create } = harness();
  const { id } = await create("c");
  expect((await ask("POST", `/v1/operations/${id}/cancel`, { as: "other" })).status).toBe(404);
  const cancelled = await ask("POST", `/v1/operations/${id}/cancel`);
  expect([cancelled.status, cancelled.body.state]).toEqual([200, "cancelled"]);
  const again = await ask("POST", `/v1/operations/${id}/cancel`, { body: { reason: "again" } });
  expect([again.status, again.body.code]).toEqual([409, "STATE_CONFLICT"]);
});

test("the escalation package, as JSON and as Markdown, without secrets", async () => {
  const { ask, id } = await parked(() => refused("21211", "Echo of canary-auth-token-0123456789abcdef"));
  const asJson = await ask("GET", `/v1/operations/${id}/escalation`, { as: "operator" });
  expect(asJson.body).toMatchObject({
    operation_id: id,
    code: "21211",
    status: 400,
    request_id: "RQ1",
    idempotency_key: "k",
    provider: "twilio",
  });
  expect(asJson.body.endpoint).toContain("POST https://api.twilio.com/");
  expect(asJson.text).not.toContain("canary-auth-token");
  const markdown = await ask("GET", `/v1/operations/${id}/escalation`, {
    as: "operator",
    headers: { accept: "text/markdown" },
  });
  expect(markdown.headers.get("content-type")).toContain("text/markdown");
  expect(markdown.text).toContain("# ");
  expect(markdown.text).not.toContain("canary-auth-token");
});

test("what the provider answered is with the attempt and in the package, not in the stream and not for a viewer", async () => {
  const made = harness();
  made.sender.outcome = () => refused("21211");
  made.sender.body = '{"code":21211,"message":"canary-answer","key":"canary-auth-token-0123456789abcdef"}';
  const told: unknown[] = [];
  made.outbox.subscribe((event) => void told.push(toWireEvent(event)));
  const { id } = await made.create("k");
  await made.until(id, "parked");
  const shown = '{"code":21211,"message":"canary-answer","key":"[redacted]"}';
  const asOperator = await made.ask("GET", `/v1/operations/${id}`, { as: "operator" });
  expect(asOperator.body.attempts).toMatchObject([{ number: 1, body: shown }]);
  const asSender = await made.ask("GET", `/v1/operations/${id}`);
  expect(asSender.body.attempts).toMatchObject([{ body: shown }]);
  const asViewer = await made.ask("GET", `/v1/operations/${id}`, { as: "viewer" });
  expect(asViewer.body.attempts).toMatchObject([{ code: "21211", body: null }]);
  const path = `/v1/operations/${id}/escalation`;
  expect((await made.ask("GET", path, { as: "operator" })).body.error_body).toBe(shown);
  expect((await made.ask("GET", path, { as: "viewer" })).body.error_body).toBe("Refused 21211");
  expect(JSON.stringify(told)).toContain("operation.attempted");
  expect(JSON.stringify(told)).not.toContain("canary-answer");
});

test("parked operations are grouped by cause", async () => {
  const { ask, id } = await parked();
  const groups = await ask("GET", "/v1/review/groups", { as: "viewer" });
  expect(groups.status).toBe(200);
  expect(groups.body.data).toHaveLength(1);
  expect(groups.body.data[0]).toMatchObject({
    account: "tw",
    kind: "invalid_request",
    code: "21211",
    count: 1,
    sample_ids: [id],
  });
  expect(groups.body.data[0].suggestion).toEqual(expect.any(String));
  expect((await ask("GET", "/v1/review/groups", { as: "scoped" })).body.data).toEqual([]);
  expect((await ask("GET", "/v1/review/groups")).status).toBe(403);
});

test("a reveal is on record before it is shown", async () => {
  const lines: string[] = [];
  const made = createHarness({
    audit: async (line) => void lines.push(`${line.actor} ${line.event} ${line.subject} ${line.because}`),
  });
  open.push(made);
  const { id } = await made.create("k");
  const masked = await made.ask("GET", `/v1/operations/${id}?masked=true`, { as: "operator" });
  expect(masked.text).not.toContain("canary-body");
  expect((await made.ask("POST", `/v1/operations/${id}/reveal`, { as: "viewer", body: { reason: "r" } })).status).toBe(
    403,
  );
  expect((await made.ask("POST", `/v1/operations/${id}/reveal`, { as: "operator", body: {} })).status).toBe(400);
  expect(lines).toEqual([]);
  const shown = await made.ask("POST", `/v1/operations/${id}/reveal`, {
    as: "operator",
    body: { reason: "complaint 7" },
  });
  expect(shown.body.input.Body).toBe("canary-body");
  expect(lines).toEqual([`operator operation.revealed ${id} complaint 7`]);
});

test("assigned, put off and commented, with a version, a line and an audit record each", async () => {
  const lines: unknown[] = [];
  const made = createHarness({ audit: async (line) => void lines.push(line) });
  open.push(made);
  made.sender.outcome = () => refused("21211");
  const { id } = await made.create("k");
  const { version } = await made.until(id, "parked");
  const act = async (
    verb: string,
    body: unknown,
    as: "operator" | "viewer" = "operator",
  ): Promise<readonly unknown[]> => {
    const { status, body: seen, headers } = await made.ask("POST", `/v1/operations/${id}/${verb}`, { as, body });
    return [status, seen.assignee, seen.snoozed_until, seen.details?.field ?? headers.get("etag")];
  };
  expect(await act("assign", { assignee: "me" })).toEqual([428, undefined, undefined, "If-Match"]);
  expect(await act("assign", { assignee: "me", version }, "viewer")).toEqual([403, undefined, undefined, null]);
  expect(await act("assign", { assignee: "me", version, reason: "mine" })).toEqual([
    200,
    "operator",
    null,
    `"${version + 1}"`,
  ]);
  expect((await act("assign", { assignee: "bea", version }))[0]).toBe(409);
  const until = new Date(Date.now() + 3_600_000).toISOString();
  expect(await act("snooze", { until, version: version + 1 })).toEqual([200, "operator", until, `"${version + 2}"`]);
  expect(await act("snooze", { until: "2001-01-01T00:00:00Z", version: version + 2 })).toEqual([
    400,
    undefined,
    undefined,
    "until",
  ]);
  expect(await act("snooze", { until: "soon", version: version + 2 })).toEqual([400, undefined, undefined, "until"]);
  expect(await act("comment", { text: "", version: version + 2 })).toEqual([400, undefined, undefined, "text"]);
  expect((await act("comment", { text: "asked them", version: version + 2 }))[0]).toBe(200);
  const listed = async (query: string): Promise<readonly string[]> => {
    const { body } = await made.ask("GET", `/v1/operations?${query}`, { as: "operator" });
    return body.data.map((each: { id: string }) => each.id);
  };
  expect(await listed("assignee=me&snoozed=true")).toEqual([id]);
  expect(await listed("assignee=operator&state=parked")).toEqual([id]);
  expect(await listed("assignee=none")).toEqual([]);
  expect(await listed("snoozed=false")).toEqual([]);
  const groups = await made.ask("GET", "/v1/review/groups", { as: "viewer" });
  expect(groups.body.data).toMatchObject([{ count: 0, snoozed: 1 }]);
  expect(groups.body.data[0].trend.at(-1) + groups.body.data[0].trend.at(-2)).toBe(1);
  expect((await made.ask("GET", "/v1/operations?snoozed=maybe", { as: "operator" })).status).toBe(400);
  const { body: story } = await made.ask("GET", `/v1/operations/${id}`, { as: "operator" });
  expect(story.history.slice(-3)).toMatchObject([
    { event: "operation.assigned", actor: "operator", because: "to operator: mine" },
    { event: "operation.snoozed", because: expect.stringContaining(until) },
    { event: "operation.commented", because: "asked them" },
  ]);
  expect(lines).toEqual([
    { actor: "operator", event: "operation.assigned", subject: id, because: "to operator" },
    { actor: "operator", event: "operation.snoozed", subject: id, because: `until ${until}` },
    { actor: "operator", event: "operation.commented", subject: id, because: "commented" },
  ]);
  // What leaves the queue cannot be worked on any more.
  expect((await act("discard", { reason: "enough", version: version + 3 }))[0]).toBe(200);
  expect((await act("comment", { text: "late", version: version + 4 }))[0]).toBe(409);
});
