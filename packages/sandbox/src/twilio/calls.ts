/**
 * Calls: create, list, fetch, update (end, cancel, redirect), delete.
 *
 * Source: https://www.twilio.com/docs/voice/api/call-resource.
 */
import type { Answer } from "../fake.ts";
import type { CallbackFault, Recipients } from "../faults/rules.ts";
import { all, given, isWebUrl, one } from "../http/form.ts";
import type { Form } from "../http/form.ts";
import type { Effect } from "../ledger-entry.ts";
import { randomHex } from "../random.ts";
import { answer, noContent, refuse, rfc2822 } from "./answers.ts";
import type { Format } from "./answers.ts";
import { statusCallbacks } from "./callbacks.ts";
import { apiVersion, uriOf } from "./desk.ts";
import type { Desk, Visit } from "./desk.ts";
import { beganAt, callSteps, stepAt } from "./lifecycle.ts";
import type { Step } from "./lifecycle.ts";
import { listPage } from "./list.ts";
import { chosenEnding, refuseCallFrom, refuseCallTo } from "./numbers.ts";
import { createShelf } from "./shelf.ts";
import type { Shelved } from "./shelf.ts";

interface Call extends Shelved {
  readonly form: Form;
  readonly life: readonly Step[];
  /** When and as what it was ended by an update. */
  ended: { readonly status: string; readonly at: number } | null;
  updatedAt: number;
}

/** The calls of all accounts. */
export interface Calls {
  create(visit: Visit): Answer;
  list(visit: Visit): Answer;
  fetch(visit: Visit): Answer;
  update(visit: Visit): Answer;
  remove(visit: Visit): Answer;
  recipientOf(accountSid: string, sid: string): string | null;
  apply(effect: Effect): void;
  announce(effect: Effect, fault: CallbackFault | null): void;
  reset(): void;
}

const final = new Set(["completed", "busy", "no-answer", "failed", "canceled"]);

/** No calls yet. */
export function createCalls(desk: Desk): Calls {
  const shelf = createShelf<Call>();

  const stepOf = (call: Call, now: number): Step =>
    call.ended === null
      ? stepAt(call.life, now - call.createdAt)
      : { status: call.ended.status, atMs: call.ended.at - call.createdAt, code: null };

  const render = (call: Call, now: number): Readonly<Record<string, unknown>> => {
    const { sid, accountSid, createdAt, to, from } = call;
    const step = stepOf(call, now);
    const answered = beganAt(call.life, "in-progress", Math.min(now - createdAt, step.atMs));
    const ended = final.has(step.status) ? createdAt + step.atMs : null;
    const start = answered === null ? null : createdAt + answered;
    const below = (name: string): string => uriOf(accountSid, `Calls/${sid}/${name}.json`);
    return {
      account_sid: accountSid,
      annotation: null,
      answered_by: null,
      api_version: apiVersion,
      caller_name: null,
      date_created: rfc2822(createdAt),
      date_updated: rfc2822(Math.max(call.updatedAt, createdAt + step.atMs)),
      direction: "outbound-api",
      duration: ended === null ? null : String(start === null ? 0 : Math.round((ended - start) / 1_000)),
      end_time: rfc2822(ended),
      forwarded_from: null,
      from,
      from_formatted: from,
      group_sid: null,
      parent_call_sid: null,
      phone_number_sid: null,
      price: null,
      price_unit: "USD",
      queue_time: "0",
      sid,
      start_time: rfc2822(start),
      status: step.status,
      subresource_uris: {
        events: below("Events"),
        notifications: below("Notifications"),
        payments: below("Payments"),
        recordings: below("Recordings"),
      },
      to,
      to_formatted: to,
      trunk_sid: null,
      uri: uriOf(accountSid, `Calls/${sid}.json`),
    };
  };

  const found = (visit: Visit): Call | Answer =>
    shelf.get(visit.accountSid, visit.sid ?? "") ?? refuse(404, 20404, null, visit.format);

  const change = (visit: Visit, call: Call, operation: string, input: Readonly<Record<string, unknown>>): void =>
    visit.performance.effect({
      at: visit.performance.now,
      operation,
      id: call.sid,
      to: call.to,
      from: call.from,
      input: { account_sid: call.accountSid, ...input },
    });

  return {
    create(visit) {
      const { form, accountSid, format, performance } = visit;
      const refusal = refuseCreate(form, desk, format);
      if (refusal !== null) return refusal;
      const id = `CA${randomHex(16)}`;
      const [to, from] = [one(form, "To"), one(form, "From")];
      const input = { account_sid: accountSid, ...form };
      performance.effect({ at: performance.now, operation: "calls.create", id, to, from, input });
      const call = shelf.get(accountSid, id);
      return call === null ? refuse(500, 20500) : answer(201, render(call, performance.now), format);
    },
    list(visit) {
      const now = visit.performance.now;
      return listPage(visit, "Calls", shelf, {
        resource: "calls",
        visible: (call) => now - call.createdAt >= desk.world.listDelayMs(),
        dates: {
          StartTime: (call) => instant(render(call, now)["start_time"]),
          EndTime: (call) => instant(render(call, now)["end_time"]),
        },
        texts: { Status: (call) => stepOf(call, now).status, ParentCallSid: () => null },
        render: (call) => render(call, now),
      });
    },
    fetch(visit) {
      const call = found(visit);
      return "status" in call ? call : answer(200, render(call, visit.performance.now), visit.format);
    },
    update(visit) {
      const call = found(visit);
      if ("status" in call) return call;
      const { form, format, performance } = visit;
      const wanted = one(form, "Status");
      const status = stepOf(call, performance.now).status;
      if (wanted !== null && wanted !== "canceled" && wanted !== "completed") return refuse(400, 20422, null, format);
      if (final.has(status)) return refuse(409, 20409, null, format);
      if (wanted === "canceled" && status === "in-progress") return refuse(409, 20409, null, format);
      change(visit, call, "calls.update", form);
      return answer(200, render(call, performance.now), format);
    },
    remove(visit) {
      const call = found(visit);
      if ("status" in call) return call;
      if (!final.has(stepOf(call, visit.performance.now).status)) return refuse(409, 20009, null, visit.format);
      change(visit, call, "calls.delete", {});
      return noContent;
    },
    recipientOf: (accountSid, sid) => shelf.get(accountSid, sid)?.to ?? null,
    apply(effect) {
      const { account_sid, ...form } = effect.input as Form & { account_sid: string };
      if (effect.operation === "calls.create") {
        const life = callSteps(desk.pace, endingOf(effect.to ?? "", desk.world.recipients()));
        const { id: sid, at: createdAt, to, from } = effect;
        const rest = { createdAt, updatedAt: createdAt, form, life, ended: null, deleted: false };
        return shelf.add({ sid, accountSid: account_sid, to: to ?? "", from, ...rest });
      }
      const call = shelf.get(account_sid, effect.id);
      if (call === null) return;
      call.updatedAt = effect.at;
      const wanted = one(form, "Status");
      if (effect.operation === "calls.update" && wanted !== null) {
        const running = stepOf(call, effect.at).status === "in-progress";
        call.ended = { status: running ? "completed" : "canceled", at: effect.at };
      }
      if (effect.operation === "calls.delete") call.deleted = true;
    },
    announce(effect, fault) {
      const call = shelf.get(String(effect.input["account_sid"]), effect.id);
      const url = call === null ? null : given(call.form, "StatusCallback");
      if (call === null || url === null) return;
      const chosen = all(call.form, "StatusCallbackEvent").flatMap((each) => each.split(/[ ,]+/));
      const events = chosen.length === 0 ? ["completed"] : chosen;
      const ended = call.ended;
      if (effect.operation === "calls.update" && ended === null) return;
      const life: readonly Step[] = ended === null ? call.life : [{ status: ended.status, atMs: 0, code: null }];
      const steps = life.filter((step) => events.includes(eventOf(step.status)));
      const still = (): boolean => call.ended === ended;
      const token = (): string => desk.credentials.authTokenOf(call.accountSid);
      const form = (step: Step, index: number): Readonly<Record<string, string>> => ({
        AccountSid: call.accountSid,
        ApiVersion: apiVersion,
        CallSid: call.sid,
        CallStatus: step.status === "queued" ? "initiated" : step.status,
        CallbackSource: "call-progress-events",
        Direction: "outbound-api",
        From: call.from ?? "",
        SequenceNumber: String(index),
        Timestamp: rfc2822(call.createdAt + step.atMs) ?? "",
        To: call.to,
        ...(step.status === "completed" ? { CallDuration: "1" } : {}),
      });
      desk.world.courier.send(statusCallbacks({ sid: call.sid, url, token, steps, still, form }), fault);
    },
    reset: () => shelf.clear(),
  };
}

/** The name in `StatusCallbackEvent` under which a status is reported. */
function eventOf(status: string): string {
  if (status === "queued") return "initiated";
  if (status === "in-progress") return "answered";
  return final.has(status) ? "completed" : status;
}

function endingOf(to: string, recipients: Recipients): string {
  const chosen = chosenEnding(to, recipients);
  if (chosen === null) return "completed";
  return typeof chosen === "string" && ["busy", "no-answer", "failed"].includes(chosen) ? chosen : "failed";
}

function instant(text: unknown): number | null {
  return typeof text === "string" ? Date.parse(text) : null;
}

function refuseCreate(form: Form, desk: Desk, format: Format): Answer | null {
  const no = (code: number, status = 400): Answer => refuse(status, code, null, format);
  const to = one(form, "To");
  const from = one(form, "From");
  if (to === null || to === "") return no(21201);
  if (from === null || from === "") return no(21213);
  const url = one(form, "Url");
  const twiml = one(form, "Twiml");
  if (url === null && twiml === null && one(form, "ApplicationSid") === null) return no(21205);
  if (url !== null && !isWebUrl(url)) return no(21205);
  if ((twiml?.length ?? 0) > 4_000) return no(32018);
  const callback = given(form, "StatusCallback");
  if (callback !== null && !isWebUrl(callback)) return no(21609);
  const refusal = refuseCallFrom(from, desk.senders) ?? refuseCallTo(to, desk.world.recipients());
  return refusal === null ? null : no(refusal.code, refusal.status);
}
