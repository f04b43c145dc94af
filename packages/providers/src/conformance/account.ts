/** Rules of the account: secrets stay hidden, callbacks are verified, probes and tokens read anything. */
import type { Provider } from "@landline/core";
import type { ConformanceCase } from "./case.ts";
import { must, mustEqual } from "./case.ts";
import { anyBody, anyObservation, anyText, chanceOf } from "./chance.ts";
import type { ConformanceSubject } from "./subject.ts";

const now = 1_780_000_000_000;

/** Cases for the account as a whole. */
export function accountCases(subject: ConformanceSubject): readonly ConformanceCase[] {
  const create = (): Provider => subject.create();
  return [
    {
      name: "every operation has an example, and is known by its own name",
      run() {
        const { operations } = create();
        mustEqual(
          Object.keys(operations).toSorted(),
          Object.keys(subject.operations).toSorted(),
          "examples must cover the operations",
        );
        for (const [name, operation] of Object.entries(operations))
          mustEqual(operation.name, name, "an operation stands under its own name");
      },
    },
    {
      name: "every secret is named as one, and none is in a probe or a page",
      run() {
        const provider = create();
        for (const secret of subject.secrets)
          must(provider.secrets.includes(secret), "a secret that was given must be in secrets");
        const open = JSON.stringify([
          provider.probe?.describe(),
          provider.diagnosis?.describe(),
          provider.statusPage,
          provider.baseUrl,
          provider.name,
        ]);
        for (const secret of provider.secrets)
          must(secret !== "" && !open.includes(secret), "no secret may be in a probe");
        if (provider.credentials.type === "static") {
          const shown = JSON.stringify(provider.credentials.headers);
          must(
            provider.secrets.some((secret) => shown.includes(secret)),
            "the credential itself, as it is sent, must be in secrets",
          );
        }
      },
    },
    {
      name: "a token request's answer is read whatever it is",
      run() {
        const { credentials } = create();
        if (credentials.type === "static") return;
        const chance = chanceOf(19);
        for (let round = 0; round < 500; round += 1) {
          const reading = credentials.read(
            anyObservation(chance, ['{"access_token":"t","token_type":"Bearer","expires_in":3600}']),
            now,
          );
          if (reading.ok) must(reading.token !== "" && reading.expiresAt > now, "a token must be usable", reading);
          else must(reading.outcome.type !== "accepted", "without a token nothing is accepted");
        }
      },
    },
    {
      name: "a callback that is not signed, or wrongly, says nothing",
      run() {
        const { webhooks } = create();
        if (webhooks === null) return;
        const chance = chanceOf(23);
        const bytes = (): Uint8Array =>
          Uint8Array.from({ length: Math.floor(chance() * 300) }, () => Math.floor(chance() * 256));
        const unsigned = webhooks.read(
          { method: "POST", url: "https://landline.example.com/webhooks/a", headers: {}, body: bytes() },
          subject.hashing,
          now,
        );
        must(
          !unsigned.ok && unsigned.reason === "unsigned",
          "a callback without a signature must be refused as unsigned",
          unsigned,
        );
        for (let round = 0; round < 300; round += 1) {
          const headers = Object.fromEntries(signatureHeaders.map((name) => [name, anyText(chance)]));
          const url = `https://landline.example.com/webhooks/a${chance() < 0.5 ? "" : `?${anyText(chance)}`}`;
          const reading = webhooks.read({ method: "POST", url, headers, body: bytes() }, subject.hashing, now);
          must(!reading.ok, "a wrong signature must be refused", reading);
        }
      },
    },
    {
      name: "the probe tells a refused credential from a service that is down",
      run() {
        const { probe } = create();
        if (probe === null) return;
        const answer = (status: number): string =>
          probe.read({ type: "response", status, headers: {}, body: "", complete: true, at: now }, now).type;
        mustEqual(answer(401), "rejected", "401 refuses the credential");
        must(answer(503) !== "accepted" && answer(503) !== "rejected", "503 says nothing about the credential");
        const chance = chanceOf(29);
        for (let round = 0; round < 500; round += 1) probe.read(anyObservation(chance, []), now);
      },
    },
    {
      name: "neutral messages become inputs that its own operations accept",
      run() {
        const provider = create();
        for (const message of subject.messages) {
          const translated = provider.message(message);
          must(translated.ok, "the example must be possible to send", translated);
          const prepared = provider.operations[translated.operation]?.prepare(translated.input);
          must(prepared?.ok === true, "the operation must accept its own translation", prepared);
        }
      },
    },
    {
      name: "an answer of nobody's operation is read whatever it is",
      run() {
        const chance = chanceOf(31);
        const provider = create();
        for (let round = 0; round < 500; round += 1)
          provider.explain(anyObservation(chance, [anyBody(chance, [])]), now);
      },
    },
  ];
}

/** The names under which providers send signatures. */
const signatureHeaders = [
  "x-twilio-signature",
  "x-signature",
  "x-signature-256",
  "x-hub-signature-256",
  "x-webhook-signature",
  "x-timestamp",
  "x-redcloud-timestamp",
  "x-redcloud-signature",
  "authorization",
];
