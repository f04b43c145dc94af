import { describe, expect, test } from "vitest";
import { decodeForm } from "../http/form.ts";
import { twilio } from "./provider.ts";

const hex32 = "0123456789abcdef0123456789abcdef";
const account = { accountSid: `AC${hex32}`, authToken: "secret-token" };
const context = { operationId: "op_1", idempotencyKey: "key-1", callbackUrl: "https://h.example/webhooks/tw" };
const valid = { To: "+15551234567", From: "+15005550006", Body: "Hi & bye" };
const describeMessage = (input: object, where = context, options: object = account) =>
  twilio(options as typeof account).operations["messages.create"].describe(input as typeof valid, where);
const callbackOf = (body: string | null): string | undefined =>
  decodeForm(body ?? "").find(([name]) => name === "StatusCallback")?.[1];

describe("a message's request", () => {
  test("is a form in the order of Twilio's page", () => {
    expect(
      describeMessage({
        Body: valid.Body,
        MediaUrl: ["https://x.example/1", "https://x.example/2"],
        SmartEncoded: true,
        ValidityPeriod: 60,
        From: valid.From,
        To: valid.To,
      }),
    ).toEqual({
      method: "POST",
      url: `https://api.twilio.com/2010-04-01/Accounts/AC${hex32}/Messages.json`,
      headers: {
        accept: "application/json",
        "content-type": "application/x-www-form-urlencoded",
        "idempotency-key": "key-1",
      },
      body: "To=%2B15551234567&From=%2B15005550006&Body=Hi%20%26%20bye&MediaUrl=https%3A%2F%2Fx.example%2F1&MediaUrl=https%3A%2F%2Fx.example%2F2&ValidityPeriod=60&SmartEncoded=true&StatusCallback=https%3A%2F%2Fh.example%2Fwebhooks%2Ftw%3Fop%3Dop_1%23rc%3D5%26rp%3Dall",
    });
  });

  test("asks to be called back at our address with our id, unless somebody else is to be called", () => {
    expect(callbackOf(describeMessage(valid).body)).toBe("https://h.example/webhooks/tw?op=op_1#rc=5&rp=all");
    expect(callbackOf(describeMessage(valid, { ...context, callbackUrl: "https://h.example/x?a=1#old" }).body)).toBe(
      "https://h.example/x?a=1&op=op_1#rc=5&rp=all",
    );
    expect(callbackOf(describeMessage(valid, { ...context, callbackUrl: null as never }).body)).toBeUndefined();
    expect(callbackOf(describeMessage({ ...valid, StatusCallback: "https://mine.example/" }).body)).toBe(
      "https://mine.example/",
    );
    expect(callbackOf(describeMessage({ ...valid, ApplicationSid: `AP${hex32}` }).body)).toBeUndefined();
    expect(
      callbackOf(
        describeMessage(
          valid,
          { ...context, callbackUrl: null as never },
          { ...account, statusCallback: "https://own.example/cb" },
        ).body,
      ),
    ).toBe("https://own.example/cb?op=op_1#rc=5&rp=all");
    expect(
      callbackOf(
        describeMessage(
          valid,
          { ...context, callbackUrl: null as never, operationId: null as never },
          { ...account, statusCallback: "https://own.example/cb" },
        ).body,
      ),
    ).toBe("https://own.example/cb#rc=5&rp=all");
  });

  test.each([
    [{ baseUrl: "http://127.0.0.1:9/a/b/" }, "http://127.0.0.1:9/a/b"],
    [{ region: "ie1" }, "https://api.ie1.twilio.com"],
    [{ edge: "dublin", region: "ie1" }, "https://api.dublin.ie1.twilio.com"],
    [{ edge: "sydney" }, "https://api.sydney.us1.twilio.com"],
    [{ baseUrl: "http://127.0.0.1:9", region: "ie1" }, "http://127.0.0.1:9"],
  ])("of an account with %j goes to %s", (place, start) => {
    expect(describeMessage(valid, context, { ...account, ...place }).url).toBe(
      `${start}/2010-04-01/Accounts/AC${hex32}/Messages.json`,
    );
  });
});

describe("the other requests", () => {
  const { operations } = twilio(account);

  test("a call asks for all its events", () => {
    const request = operations["calls.create"].describe(
      { To: "+15551234567", From: "+15005550006", Url: "https://t.example/x" },
      context,
    );
    expect(request.url).toBe(`https://api.twilio.com/2010-04-01/Accounts/AC${hex32}/Calls.json`);
    expect(
      decodeForm(request.body ?? "")
        .filter(([name]) => name === "StatusCallbackEvent")
        .map(([, value]) => value),
    ).toEqual(["initiated", "ringing", "answered", "completed"]);
    const own = operations["calls.create"].describe(
      { To: "+15551234567", From: "+15005550006", Url: "https://t.example/x", StatusCallbackEvent: "completed" },
      context,
    );
    expect(decodeForm(own.body ?? "").filter(([name]) => name === "StatusCallbackEvent")).toHaveLength(1);
  });

  test("a verification goes to its own host, and to the same one behind a proxy", () => {
    const input = { ServiceSid: `VA${hex32}`, To: "+15551234567", Channel: "sms" } as const;
    expect(operations["verifications.create"].describe(input, context)).toMatchObject({
      url: `https://verify.twilio.com/v2/Services/VA${hex32}/Verifications`,
      body: "To=%2B15551234567&Channel=sms",
    });
    const regional = twilio({ ...account, region: "ie1", edge: "dublin" }).operations["verifications.create"];
    expect(regional.describe(input, context).url).toContain("https://verify.dublin.ie1.twilio.com/");
    const proxied = twilio({ ...account, baseUrl: "http://127.0.0.1:9/p" }).operations["verifications.create"];
    expect(proxied.describe(input, context).url).toBe(`http://127.0.0.1:9/p/v2/Services/VA${hex32}/Verifications`);
  });

  test("changes say what is to be, and nothing more", () => {
    const message = `https://api.twilio.com/2010-04-01/Accounts/AC${hex32}/Messages/SM${hex32}.json`;
    expect(operations["messages.cancel"].describe({ Sid: `SM${hex32}` }, context)).toMatchObject({
      method: "POST",
      url: message,
      body: "Status=canceled",
    });
    expect(operations["messages.redact"].describe({ Sid: `SM${hex32}` }, context)).toMatchObject({
      method: "POST",
      url: message,
      body: "Body=",
    });
    expect(operations["calls.update"].describe({ Sid: `CA${hex32}`, Status: "completed" }, context)).toMatchObject({
      url: `https://api.twilio.com/2010-04-01/Accounts/AC${hex32}/Calls/CA${hex32}.json`,
      body: "Status=completed",
    });
  });
});
