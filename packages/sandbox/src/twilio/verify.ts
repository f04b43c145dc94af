/**
 * Verifications: starting one again while it lives reuses it and sends another code, five times at most; five wrong checks
 * end it. The code that is right is always the same one, so that tests can type it.
 *
 * Source: https://www.twilio.com/docs/verify/api/verification.
 */
import type { Answer, Performance } from "../fake.ts";
import { one } from "../http/form.ts";
import type { Form } from "../http/form.ts";
import type { Effect } from "../ledger-entry.ts";
import { randomHex } from "../random.ts";
import { answer, refuse } from "./answers.ts";
import type { Desk } from "./desk.ts";
import { chosenEnding, refuseMessageTo } from "./numbers.ts";

/** The code that every verification accepts unless it was started with `CustomCode`. */
export const verificationCode = "123456";

const attemptsMax = 5;
const lifetimeMs = 600_000;

interface Verification {
  readonly sid: string;
  readonly serviceSid: string;
  readonly accountSid: string;
  readonly to: string;
  readonly startedAt: number;
  channel: string;
  code: string;
  status: "pending" | "approved" | "canceled" | "max_attempts_reached";
  readonly sends: { readonly at: number; readonly channel: string }[];
  checks: number;
  updatedAt: number;
}

/** The verifications of all services. */
export interface Verifications {
  create(serviceSid: string, accountSid: string, form: Form, performance: Performance): Answer;
  check(serviceSid: string, form: Form, performance: Performance): Answer;
  fetch(serviceSid: string, sid: string, performance: Performance): Answer;
  update(serviceSid: string, sid: string, form: Form, performance: Performance): Answer;
  apply(effect: Effect): void;
  reset(): void;
}

/** No verifications yet. */
export function createVerifications(desk: Desk): Verifications {
  const bySid = new Map<string, Verification>();
  const living = new Map<string, Verification>();
  const placeOf = (serviceSid: string, to: string): string => `${serviceSid} ${to}`;

  const alive = (serviceSid: string, to: string, now: number): Verification | null => {
    const found = living.get(placeOf(serviceSid, to));
    return found?.status === "pending" && now - found.startedAt < lifetimeMs ? found : null;
  };

  const find = (serviceSid: string, sidOrTo: string, now: number): Verification | null => {
    const found = bySid.get(sidOrTo);
    return found?.serviceSid === serviceSid ? found : alive(serviceSid, sidOrTo, now);
  };

  const record = (
    performance: Performance,
    operation: string,
    verification: { readonly sid: string; readonly serviceSid: string; readonly to: string },
    input: Readonly<Record<string, unknown>>,
  ): void =>
    performance.effect({
      at: performance.now,
      operation,
      id: verification.sid,
      to: verification.to,
      from: null,
      input: { service_sid: verification.serviceSid, ...input },
    });

  return {
    create(serviceSid, accountSid, form, performance) {
      const to = one(form, "To") ?? "";
      const channel = one(form, "Channel") ?? "";
      if (!/^(sms|call|email|whatsapp|sna|auto|rcs)$/.test(channel))
        return refuse(400, 60200, "Invalid parameter `Channel`");
      const refusal =
        channel === "email" ? null : refuseMessageTo(to, { invalid: desk.world.recipients().invalid ?? [] });
      if (refusal !== null) return refuse(400, 60200, "Invalid parameter `To`");
      const landline = desk.world.recipients().landline?.includes(to) === true;
      if (landline && channel === "sms") return refuse(403, 60205, "SMS is not supported by landline phone number");
      if (chosenEnding(to, desk.world.recipients()) === 60410)
        return refuse(403, 60410, "Verification delivery blocked");
      const running = alive(serviceSid, to, performance.now);
      if ((running?.sends.length ?? 0) >= attemptsMax) return refuse(429, 60203);
      const sid = running?.sid ?? `VE${randomHex(16)}`;
      const custom = one(form, "CustomCode");
      const input = { account_sid: accountSid, channel, ...(custom === null ? {} : { code: custom }) };
      record(performance, "verifications.create", { sid, serviceSid, to }, input);
      const verification = bySid.get(sid);
      return verification === undefined ? refuse(500, 20500) : answer(201, render(verification), "json");
    },
    check(serviceSid, form, performance) {
      const asked = one(form, "VerificationSid") ?? one(form, "To") ?? "";
      const verification = find(serviceSid, asked, performance.now);
      if (verification?.status === "max_attempts_reached") return refuse(429, 60202);
      if (verification?.status !== "pending") return refuse(404, 20404);
      if (verification.checks >= attemptsMax) return refuse(429, 60202);
      const approved = one(form, "Code") === verification.code;
      record(performance, "verifications.check", verification, { approved });
      return answer(201, { ...render(verification), valid: approved }, "json");
    },
    fetch(serviceSid, sid, performance) {
      const verification = find(serviceSid, sid, performance.now);
      return verification === null ? refuse(404, 20404) : answer(200, render(verification), "json");
    },
    update(serviceSid, sid, form, performance) {
      const verification = find(serviceSid, sid, performance.now);
      if (verification?.status !== "pending") return refuse(404, 20404);
      const status = one(form, "Status");
      if (status !== "canceled" && status !== "approved") return refuse(400, 60200, "Invalid parameter `Status`");
      record(performance, "verifications.update", verification, { status });
      return answer(200, render(verification), "json");
    },
    apply(effect) {
      const {
        service_sid: serviceSid,
        account_sid,
        channel,
        code,
        approved,
        status,
      } = effect.input as Record<string, string> & { approved?: unknown };
      const to = effect.to ?? "";
      const found = bySid.get(effect.id);
      if (effect.operation === "verifications.create") {
        const verification: Verification = found ?? {
          sid: effect.id,
          serviceSid: serviceSid ?? "",
          accountSid: account_sid ?? "",
          to,
          startedAt: effect.at,
          channel: channel ?? "",
          code: verificationCode,
          status: "pending",
          sends: [],
          checks: 0,
          updatedAt: effect.at,
        };
        verification.channel = channel ?? verification.channel;
        verification.code = code ?? verification.code;
        verification.sends.push({ at: effect.at, channel: verification.channel });
        verification.updatedAt = effect.at;
        bySid.set(effect.id, verification);
        living.set(placeOf(verification.serviceSid, to), verification);
        return;
      }
      if (found === undefined) return;
      found.updatedAt = effect.at;
      if (effect.operation === "verifications.update") found.status = status === "approved" ? "approved" : "canceled";
      if (effect.operation !== "verifications.check") return;
      found.checks += 1;
      if (approved) found.status = "approved";
      else if (found.checks >= attemptsMax) found.status = "max_attempts_reached";
    },
    reset() {
      bySid.clear();
      living.clear();
    },
  };
}

function render(verification: Verification): Readonly<Record<string, unknown>> {
  const { sid, serviceSid, accountSid, to, channel, status, sends, startedAt, updatedAt } = verification;
  const iso = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
  return {
    sid,
    service_sid: serviceSid,
    account_sid: accountSid,
    to,
    channel,
    status,
    valid: status === "approved",
    lookup: {},
    amount: null,
    payee: null,
    send_code_attempts: sends.map((send) => ({
      attempt_sid: `VL${sid.slice(2)}`,
      channel: send.channel,
      time: iso(send.at),
    })),
    sna: null,
    date_created: iso(startedAt),
    date_updated: iso(updatedAt),
    url: `https://verify.twilio.com/v2/Services/${serviceSid}/Verifications/${sid}`,
  };
}
