/**
 * Messages: create, list, fetch, cancel, redact, delete. `Idempotency-Key` is ignored, as Twilio ignores it, so a repeated
 * create is a second message in the ledger.
 *
 * Source: https://www.twilio.com/docs/messaging/api/message-resource.
 */
import type { Answer } from "../fake.ts";
import type { CallbackFault } from "../faults/rules.ts";
import { all, given, isWebUrl, one } from "../http/form.ts";
import type { Form } from "../http/form.ts";
import type { Effect } from "../ledger-entry.ts";
import { randomHex } from "../random.ts";
import { answer, noContent, refuse, rfc2822 } from "./answers.ts";
import type { Format } from "./answers.ts";
import { statusCallbacks } from "./callbacks.ts";
import { apiVersion, uriOf } from "./desk.ts";
import type { Desk, Visit } from "./desk.ts";
import { beganAt, messageSteps, stepAt } from "./lifecycle.ts";
import type { Step } from "./lifecycle.ts";
import { listPage } from "./list.ts";
import { chosenEnding, refuseMessageFrom, refuseMessageTo } from "./numbers.ts";
import { createShelf } from "./shelf.ts";
import type { Shelved } from "./shelf.ts";

interface Message extends Shelved {
  readonly form: Form;
  readonly life: readonly Step[];
  /** The sender a Messaging Service picks once it starts sending. */
  readonly picked: string | null;
  canceledAt: number | null;
  redacted: boolean;
  updatedAt: number;
}

/** The messages of all accounts. */
export interface Messages {
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

/** The number a Messaging Service sends from. */
const poolNumber = "+15005550006";
const final = new Set(["delivered", "undelivered", "failed", "canceled", "read"]);

/** No messages yet. */
export function createMessages(desk: Desk): Messages {
  const shelf = createShelf<Message>();

  const stepOf = (message: Message, now: number): Step =>
    message.canceledAt === null
      ? stepAt(message.life, now - message.createdAt)
      : { status: "canceled", atMs: message.canceledAt - message.createdAt, code: null };

  const render = (message: Message, now: number): Readonly<Record<string, unknown>> => {
    const { form, sid, accountSid, createdAt } = message;
    const step = stepOf(message, now);
    const sentAt = beganAt(message.life, "sent", now - createdAt);
    const media = all(form, "MediaUrl").length;
    const body = message.redacted ? "" : (one(form, "Body") ?? "");
    return {
      account_sid: accountSid,
      api_version: apiVersion,
      body,
      date_created: rfc2822(createdAt),
      date_sent: rfc2822(sentAt === null ? null : createdAt + sentAt),
      date_updated: rfc2822(Math.max(message.updatedAt, createdAt + step.atMs)),
      direction: "outbound-api",
      error_code: step.code,
      error_message: step.code === null ? null : `Error ${step.code}`,
      from: message.from ?? (sentAt === null ? null : message.picked),
      messaging_service_sid: one(form, "MessagingServiceSid"),
      num_media: String(media),
      num_segments: String(segments(body)),
      price: null,
      price_unit: "USD",
      sid,
      status: step.status,
      subresource_uris: { media: uriOf(accountSid, `Messages/${sid}/Media.json`) },
      to: message.to,
      uri: uriOf(accountSid, `Messages/${sid}.json`),
    };
  };

  const change = (visit: Visit, message: Message, operation: string): void =>
    visit.performance.effect({
      at: visit.performance.now,
      operation,
      id: message.sid,
      to: message.to,
      from: message.from,
      input: { account_sid: message.accountSid },
    });

  const found = (visit: Visit): Message | Answer =>
    shelf.get(visit.accountSid, visit.sid ?? "") ?? refuse(404, 20404, null, visit.format);

  return {
    create(visit) {
      const { form, accountSid, format, performance } = visit;
      const refusal = refuseCreate(form, desk, format);
      if (refusal !== null) return refusal;
      const sid = `${all(form, "MediaUrl").length > 0 ? "MM" : "SM"}${randomHex(16)}`;
      const from = one(form, "From");
      performance.effect({
        at: performance.now,
        operation: "messages.create",
        id: sid,
        to: one(form, "To"),
        from,
        input: { account_sid: accountSid, ...form },
      });
      const message = shelf.get(accountSid, sid);
      return message === null ? refuse(500, 20500) : answer(201, render(message, performance.now), format);
    },
    list(visit) {
      const now = visit.performance.now;
      return listPage(visit, "Messages", shelf, {
        resource: "messages",
        visible: (message) => now - message.createdAt >= desk.world.listDelayMs(),
        dates: { DateSent: (message) => sentAtOf(message, now) },
        texts: {},
        render: (message) => render(message, now),
      });
    },
    fetch(visit) {
      const message = found(visit);
      return "status" in message ? message : answer(200, render(message, visit.performance.now), visit.format);
    },
    update(visit) {
      const message = found(visit);
      if ("status" in message) return message;
      const { form, format, performance } = visit;
      const { status } = stepOf(message, performance.now);
      if (one(form, "Status") === "canceled") {
        if (!["queued", "accepted", "scheduled"].includes(status)) return refuse(409, 20409, null, format);
        change(visit, message, "messages.cancel");
      } else if (form["Status"] !== undefined) return refuse(400, 20422, "Status can only be 'canceled'", format);
      if (one(form, "Body") === "") {
        if (!final.has(stepOf(message, performance.now).status)) return refuse(409, 20409, null, format);
        change(visit, message, "messages.redact");
      } else if (form["Body"] !== undefined) return refuse(400, 20422, "Body can only be emptied", format);
      return answer(200, render(message, performance.now), format);
    },
    remove(visit) {
      const message = found(visit);
      if ("status" in message) return message;
      if (!final.has(stepOf(message, visit.performance.now).status)) return refuse(409, 20009, null, visit.format);
      change(visit, message, "messages.delete");
      return noContent;
    },
    recipientOf: (accountSid, sid) => shelf.get(accountSid, sid)?.to ?? null,
    apply(effect) {
      const { account_sid, ...form } = effect.input as Form & { account_sid: string };
      if (effect.operation === "messages.create") return shelf.add(messageFrom(effect, account_sid, form, desk));
      const message = shelf.get(account_sid, effect.id);
      if (message === null) return;
      message.updatedAt = effect.at;
      if (effect.operation === "messages.cancel") message.canceledAt = effect.at;
      if (effect.operation === "messages.redact") message.redacted = true;
      if (effect.operation === "messages.delete") message.deleted = true;
    },
    announce(effect, fault) {
      const message = shelf.get(String(effect.input["account_sid"]), effect.id);
      const url = message === null ? null : given(message.form, "StatusCallback");
      if (message === null || url === null) return;
      const canceled: Step = { status: "canceled", atMs: 0, code: null };
      const steps = effect.operation === "messages.cancel" ? [canceled] : message.life.slice(1);
      if (!["messages.create", "messages.cancel"].includes(effect.operation)) return;
      const still = (step: Step): boolean => message.canceledAt === null || step === canceled;
      const token = (): string => desk.credentials.authTokenOf(message.accountSid);
      const form = (step: Step): Readonly<Record<string, string>> => callbackForm(message, step);
      desk.world.courier.send(statusCallbacks({ sid: message.sid, url, token, steps, still, form }), fault);
    },
    reset: () => shelf.clear(),
  };
}

function sentAtOf(message: Message, now: number): number | null {
  const age = beganAt(message.life, "sent", now - message.createdAt);
  return age === null || message.canceledAt !== null ? null : message.createdAt + age;
}

function messageFrom(effect: Effect, accountSid: string, form: Form, desk: Desk): Message {
  const service = one(form, "MessagingServiceSid") !== null;
  const sendAt = one(form, "ScheduleType") === "fixed" ? Date.parse(one(form, "SendAt") ?? "") : Number.NaN;
  const scheduled = Number.isFinite(sendAt);
  const ending = chosenEnding(effect.to ?? "", desk.world.recipients());
  const code = ending === null ? null : Number.isFinite(Number(ending)) ? Number(ending) : 30008;
  const first = scheduled ? "scheduled" : service ? "accepted" : "queued";
  return {
    sid: effect.id,
    accountSid,
    to: effect.to ?? "",
    from: effect.from,
    createdAt: effect.at,
    updatedAt: effect.at,
    form,
    life: messageSteps(first, scheduled ? Math.max(0, sendAt - effect.at) : 0, desk.pace, code),
    picked: service ? poolNumber : null,
    canceledAt: null,
    redacted: false,
    deleted: false,
  };
}

function callbackForm(message: Message, step: Step): Readonly<Record<string, string>> {
  const service = one(message.form, "MessagingServiceSid");
  return {
    AccountSid: message.accountSid,
    ApiVersion: apiVersion,
    From: message.from ?? message.picked ?? "",
    MessageSid: message.sid,
    MessageStatus: step.status,
    SmsSid: message.sid,
    SmsStatus: step.status,
    To: message.to,
    ...(service === null ? {} : { MessagingServiceSid: service }),
    ...(step.code === null ? {} : { ErrorCode: String(step.code), ErrorMessage: `Error ${step.code}` }),
  };
}

function refuseCreate(form: Form, desk: Desk, format: Format): Answer | null {
  const no = (code: number, status = 400): Answer => refuse(status, code, null, format);
  const to = one(form, "To");
  const from = one(form, "From");
  const service = one(form, "MessagingServiceSid");
  if (to === null || to === "") return no(21604);
  if (from === null && service === null) return no(21603);
  if (service !== null && !/^MG[0-9a-fA-F]{32}$/.test(service)) return no(21705);
  const content = one(form, "ContentSid");
  const body = one(form, "Body") ?? "";
  const media = all(form, "MediaUrl");
  if (body === "" && media.length === 0 && content === null) return no(21602);
  if (body.length > 1_600) return no(21617);
  if (media.length > 10) return no(21623);
  if (content !== null && !/^HX[0-9a-fA-F]{32}$/.test(content)) return no(21655);
  if (!isJsonObject(one(form, "ContentVariables"))) return no(21656);
  const validity = one(form, "ValidityPeriod");
  if (validity !== null && !(Number(validity) >= 1 && Number(validity) <= 36_000)) return no(20422, 422);
  const callback = given(form, "StatusCallback");
  if (callback !== null && !isWebUrl(callback)) return no(21609);
  if (
    one(form, "ScheduleType") !== null &&
    (service === null || !Number.isFinite(Date.parse(one(form, "SendAt") ?? "")))
  )
    return no(20422, 422);
  const refusal =
    (from === null ? null : refuseMessageFrom(from, desk.senders)) ?? refuseMessageTo(to, desk.world.recipients());
  return refusal === null ? null : no(refusal.code, refusal.status);
}

function isJsonObject(text: string | null): boolean {
  if (text === null) return true;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** Segments of a text: 160 or 153 GSM characters, 70 or 67 when one is outside the (approximated) GSM alphabet. */
function segments(body: string): number {
  const [single, many] = /^[\x20-\x7e\n\r£¥èéùìòÇØøÅåÄÖÑÜ§äöñüà€]*$/.test(body) ? [160, 153] : [70, 67];
  return body.length <= single ? 1 : Math.ceil(body.length / many);
}
