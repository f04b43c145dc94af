import { describe, expect, test } from "vitest";
import { twilio } from "./provider.ts";

const hex32 = "0123456789abcdef0123456789abcdef";
const account = { accountSid: `AC${hex32}`, authToken: "secret-token" };
const { operations } = twilio(account);

const faultsOf = (name: keyof typeof operations, input: unknown, provider = operations): readonly string[] => {
  const prepared = provider[name].prepare(input);
  return prepared.ok ? [] : prepared.all.map((each) => each.message);
};

const valid = { To: "+15551234567", From: "+15005550006", Body: "Hello" };
const service = { To: "+15551234567", MessagingServiceSid: `MG${hex32}` };

describe("a message", () => {
  test.each([
    ["a number", valid],
    ["the magic numbers", { ...valid, To: "+15005550009", From: "+15005550001" }],
    ["a short code", { ...valid, From: "12345" }],
    ["a name", { ...valid, From: "My Company" }],
    ["a service", { ...service, Body: "x" }],
    ["a service and a sender of its pool", { ...service, From: "+15005550006", Body: "x" }],
    ["WhatsApp", { To: "whatsapp:+15551234567", From: "whatsapp:+15005550006", Body: "x" }],
    ["Messenger", { To: "messenger:1234567", From: "messenger:7654321", Body: "x" }],
    ["RCS", { To: "rcs:+15551234567", From: "rcs:my_agent_x", Body: "x" }],
    ["RCS with a fallback", { ...service, To: "rcs:+15551234567", FallbackFrom: "+15005550006", Body: "x" }],
    ["media alone", { To: valid.To, From: valid.From, MediaUrl: "https://example.com/a.png" }],
    ["a template", { ...service, ContentSid: `HX${hex32}`, ContentVariables: '{"1":"x"}' }],
    ["a schedule", { ...service, Body: "x", ScheduleType: "fixed", SendAt: "2026-12-01T10:00:00Z" }],
    [
      "every option",
      {
        ...service,
        Body: "x",
        StatusCallback: "https://h.example/x",
        ApplicationSid: `AP${hex32}`,
        ValidityPeriod: 36000,
        Attempt: 1,
        ProvideFeedback: true,
        ContentRetention: "retain",
        AddressRetention: "obfuscate",
        SmartEncoded: false,
        ShortenUrls: true,
        SendAsMms: "true",
        ForceDelivery: false,
        PersistentAction: ["geo:1,2|x"],
        TrafficType: "free",
        RiskCheck: "disable",
        MaxPrice: 0.5,
        MessageIntent: "otp",
      },
    ],
    ["a longest text", { ...valid, Body: "x".repeat(1600) }],
    ["absent fields given as null", { ...valid, MediaUrl: null, Attempt: undefined }],
  ])("with %s is fine", (_name, input) => {
    expect(faultsOf("messages.create", input)).toEqual([]);
  });

  test.each([
    [{}, ["To is required", "From or MessagingServiceSid is required", "Body or MediaUrl or ContentSid is required"]],
    [{ ...valid, To: "15551234567" }, ["To lacks the leading +, provided that it starts with the country code"]],
    [{ ...valid, To: "+1555123" }, ["To is too short for a number in North America (+1)"]],
    [
      { ...valid, To: "whatsapp:15551234567" },
      [
        "To (the part after whatsapp:) lacks the leading +, provided that it starts with the country code",
        "From is of channel phone but To is of channel whatsapp",
      ],
    ],
    [
      { ...valid, To: "signal:+15551234567" },
      ["To has a channel that is not known; use whatsapp:, messenger: or rcs:"],
    ],
    [{ ...valid, To: "whatsapp:+15551234567" }, ["From is of channel phone but To is of channel whatsapp"]],
    [
      { ...valid, From: "A name that is too long" },
      [
        "From must be a number in E.164, a short code, an alphanumeric name of at most 11 characters or a channel address",
      ],
    ],
    [{ ...valid, From: `MG${hex32}` }, ["From is a Messaging Service; write it as MessagingServiceSid"]],
    [{ ...valid, Body: "x".repeat(1601) }, ["Body must have at most 1600 characters, not 1601"]],
    [
      { ...valid, To: "12345" },
      ["To lacks the leading + and the country code; write it in E.164, such as +14155550100"],
    ],
    [{ ...valid, Body: "" }, ["Body must not be empty"]],
    [{ ...valid, Body: 5 }, ["Body must be a text"]],
    [{ ...valid, body: "x" }, ["body is not a field of this operation; meant is Body"]],
    [
      { ...valid, status_callback: "https://x.example" },
      ["status_callback is not a field of this operation; meant is StatusCallback"],
    ],
    [{ ...valid, "Idempotency-Key": "x" }, ["Idempotency-Key is not a field of this operation"]],
    [
      { ...valid, MediaUrl: Array.from({ length: 11 }, () => "https://x.example/a") },
      ["MediaUrl must have at most 10 entries, not 11"],
    ],
    [
      { ...valid, MediaUrl: ["https://x.example/a", "ftp://x"] },
      ["MediaUrl [1] must be an absolute http or https URL"],
    ],
    [{ ...valid, MediaUrl: [] }, ["MediaUrl must not be an empty list"]],
    [
      { ...valid, StatusCallback: "https://my_host.example/x" },
      ["StatusCallback must not have an underscore in its host"],
    ],
    [{ ...valid, ValidityPeriod: 0 }, ["ValidityPeriod must be a whole number from 1 to 36000"]],
    [{ ...valid, ValidityPeriod: 36001 }, ["ValidityPeriod must be a whole number from 1 to 36000"]],
    [{ ...valid, ValidityPeriod: 1.5 }, ["ValidityPeriod must be a whole number from 1 to 36000"]],
    [{ ...valid, ContentRetention: "forget" }, ["ContentRetention must be one of retain, discard"]],
    [{ ...valid, SmartEncoded: "yes" }, ["SmartEncoded must be true or false"]],
    [{ ...valid, ContentVariables: "{}" }, ["ContentVariables needs ContentSid"]],
    [
      { ...service, ContentSid: "HX1", ContentVariables: "[1]" },
      ["ContentSid must be HX and 32 hexadecimal digits", "ContentVariables must be the JSON text of an object"],
    ],
    [
      { ...valid, SendAt: "2026-12-01T10:00:00Z" },
      ['ScheduleType must be "fixed" when SendAt is given', "MessagingServiceSid is required with SendAt"],
    ],
    [
      { ...service, Body: "x", ScheduleType: "fixed", SendAt: "tomorrow" },
      ["SendAt must be an ISO 8601 instant with a zone, such as 2026-01-31T09:00:00Z"],
    ],
    [{ ...service, Body: "x", ScheduleType: "fixed" }, ["SendAt is required with ScheduleType"]],
    [{ ...valid, ShortenUrls: true }, ["MessagingServiceSid is required with ShortenUrls"]],
    [{ ...valid, FallbackFrom: "+15005550006" }, ["FallbackFrom needs MessagingServiceSid with an RCS sender"]],
    ["x", ["The input must be an object of fields"]],
  ])("%j is refused with every reason", (input, reasons) => {
    expect(faultsOf("messages.create", input)).toEqual(reasons);
  });

  test("takes its sender from the account, and keeps its own", () => {
    const prepare = (from: string, input: object) =>
      twilio({ ...account, from }).operations["messages.create"].prepare(input);
    const bare = { To: "+15551234567", Body: "x" };
    expect(prepare("+15005550006", bare)).toMatchObject({ input: { ...bare, From: "+15005550006" } });
    expect(prepare(`MG${hex32}`, bare)).toMatchObject({ input: { ...bare, MessagingServiceSid: `MG${hex32}` } });
    expect(prepare("+15005550006", { ...bare, From: "12345" })).toMatchObject({ input: { From: "12345" } });
    expect(prepare("+15005550006", { ...bare, MessagingServiceSid: `MG${hex32}` })).toEqual({
      ok: true,
      input: { ...bare, MessagingServiceSid: `MG${hex32}` },
    });
    expect(prepare("+15005550006", { ...bare, To: "whatsapp:+15551234567" })).toMatchObject({
      input: { From: "whatsapp:+15005550006" },
    });
  });
});

describe("a call", () => {
  const call = { To: "+15551234567", From: "+15005550006", Url: "https://h.example/twiml" };
  test.each([
    ["an address", call],
    ["TwiML", { To: call.To, From: call.From, Twiml: "x".repeat(4000) }],
    ["an application", { To: call.To, From: call.From, ApplicationSid: `AP${hex32}` }],
    ["SIP", { ...call, To: "sip:alice@example.com", SipAuthUsername: "a", SipAuthPassword: "b" }],
    ["a client", { ...call, To: "client:alice", From: "client:bob" }],
    [
      "every option",
      {
        ...call,
        Method: "GET",
        FallbackUrl: call.Url,
        FallbackMethod: "POST",
        StatusCallback: call.Url,
        StatusCallbackEvent: ["initiated", "completed"],
        StatusCallbackMethod: "POST",
        SendDigits: "1w#",
        Timeout: 600,
        Record: true,
        RecordingChannels: "dual",
        RecordingStatusCallback: call.Url,
        RecordingStatusCallbackMethod: "POST",
        RecordingStatusCallbackEvent: "completed",
        RecordingTrack: "both",
        MachineDetection: "Enable",
        MachineDetectionTimeout: 30,
        MachineDetectionSpeechThreshold: 2400,
        MachineDetectionSpeechEndThreshold: 1200,
        MachineDetectionSilenceTimeout: 5000,
        AsyncAmd: "true",
        AsyncAmdStatusCallback: call.Url,
        AsyncAmdStatusCallbackMethod: "GET",
        Trim: "trim-silence",
        CallerId: "x",
        Byoc: `BY${hex32}`,
        CallReason: "x",
        CallToken: "x",
        TimeLimit: 60,
        ClientNotificationUrl: call.Url,
      },
    ],
  ])("with %s is fine", (_name, input) => {
    expect(faultsOf("calls.create", input)).toEqual([]);
  });

  test.each([
    [{}, ["To is required", "From is required", "Url or Twiml or ApplicationSid is required"]],
    [{ ...call, Twiml: "<x/>" }, ["Twiml must not be given together with Url"]],
    [{ To: call.To, From: call.From, Twiml: "x".repeat(4001) }, ["Twiml must have at most 4000 characters, not 4001"]],
    [{ ...call, Timeout: 601 }, ["Timeout must be a whole number from 1 to 600"]],
    [{ ...call, SendDigits: "1".repeat(33) }, ["SendDigits must have at most 32 characters, not 33"]],
    [{ ...call, SendDigits: "abc" }, ["SendDigits must be made of digits, #, * and w"]],
    [
      { ...call, StatusCallbackEvent: ["ended"] },
      ["StatusCallbackEvent must be one of initiated, ringing, answered, completed"],
    ],
    [{ ...call, To: "+1555" }, ["To is too short for a number in North America (+1)"]],
  ])("%j is refused with every reason", (input, reasons) => {
    expect(faultsOf("calls.create", input)).toEqual(reasons);
  });

  test("is not made from a default sender that cannot call", () => {
    const from = (sender: string) =>
      twilio({ ...account, from: sender }).operations["calls.create"].prepare({ To: call.To, Url: call.Url });
    expect(from("+15005550006")).toMatchObject({ input: { From: "+15005550006" } });
    expect(from("My Company")).toMatchObject({ failure: { field: "From" } });
  });
});

describe("the other operations", () => {
  test.each([
    ["verifications.create", { ServiceSid: `VA${hex32}`, To: "a@example.com", Channel: "email" }, []],
    [
      "verifications.create",
      { ServiceSid: `VA${hex32}`, To: "+15551234567", Channel: "sms", CustomCode: "1234", Tags: "{}" },
      [],
    ],
    [
      "verifications.create",
      { ServiceSid: `VA${hex32}`, To: "x", Channel: "email" },
      ["To must be an e-mail address for channel email"],
    ],
    [
      "verifications.create",
      { ServiceSid: "VA1", To: "012345", Channel: "fax" },
      [
        "ServiceSid must be VA and 32 hexadecimal digits",
        "Channel must be one of sms, call, email, whatsapp, sna, auto, rcs",
        "To lacks the leading + and the country code; write it in E.164, such as +14155550100",
      ],
    ],
    ["messages.cancel", { Sid: `SM${hex32}` }, []],
    ["messages.redact", { Sid: `MM${hex32}` }, []],
    ["messages.cancel", { Sid: `CA${hex32}` }, ["Sid must be SM or MM and 32 hexadecimal digits"]],
    ["messages.redact", { Sid: "../Messages" }, ["Sid must be SM or MM and 32 hexadecimal digits"]],
    ["calls.update", { Sid: `CA${hex32}`, Status: "completed" }, []],
    ["calls.update", { Sid: `CA${hex32}`, Twiml: "<x/>" }, []],
    ["calls.update", { Sid: `CA${hex32}` }, ["Status or another field to change is required"]],
    [
      "calls.update",
      { Sid: `CA${hex32}`, Status: "completed", Twiml: "<x/>" },
      ["Twiml must not be given together with Status"],
    ],
  ] as const)("%s %j: %j", (name, input, reasons) => {
    expect(faultsOf(name, input)).toEqual(reasons);
  });
});
