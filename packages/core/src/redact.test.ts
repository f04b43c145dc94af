import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isSecretName, redactedMark } from "./redact-text.ts";
import { createRedactor, messageFields } from "./redact.ts";

const secret = `p4ss/w+rd "x"&é<ü>'~!`;
const { text, value } = createRedactor([secret, "abc"]);
const base64 = (plain: string): string => Buffer.from(plain, "utf8").toString("base64");

describe("by value", () => {
  test.each([
    ["as it is", secret],
    ["percent-encoded", encodeURIComponent(secret)],
    ["percent-encoded in lower case", encodeURIComponent(secret).replace(/%../g, (octet) => octet.toLowerCase())],
    ["in a form body", new URLSearchParams({ x: secret }).toString().slice(2)],
    ["escaped in JSON", JSON.stringify(secret).slice(1, -1)],
    ["escaped in JSON with slashes", JSON.stringify(secret).slice(1, -1).replace(/\//g, "\\/")],
    ["escaped in HTML", "p4ss/w+rd &quot;x&quot;&amp;é&lt;ü&gt;&#39;~!"],
  ])("%s", (_name, form) => {
    expect(text(`before ${form} after ${form}`)).toBe(`before ${redactedMark} after ${redactedMark}`);
    expect(value({ echoed: [form] })).toEqual({ echoed: [redactedMark] });
  });

  test("inside base64, whatever stands before and after it", () => {
    for (const before of ["", "u", "us", "usr", "AC0123:"]) {
      for (const after of ["", "!", "ab"]) {
        for (const encoded of [
          base64(before + secret + after),
          Buffer.from(before + secret + after).toString("base64url"),
        ]) {
          const shown = text(`x${encoded}`);
          expect(shown).toContain(redactedMark);
          // At most the characters that the neighbours share bits with remain.
          expect(shown.length).toBeLessThan(redactedMark.length + 2 + Math.ceil(((before + after).length * 4) / 3) + 8);
        }
      }
    }
    expect(text(`auth=${encodeURIComponent(base64(secret))}`)).toContain(redactedMark);
  });

  test("secrets shorter than four characters are ignored, those of four are not", () => {
    expect(text("abc of it")).toBe("abc of it");
    expect(createRedactor(["abcd"]).text("an abcd")).toBe(`an ${redactedMark}`);
    expect(createRedactor([]).text("nothing to hide")).toBe("nothing to hide");
    expect(createRedactor([""]).text("nothing to hide")).toBe("nothing to hide");
  });

  test("the longest secret wins, so that nothing of it is left over", () => {
    expect(createRedactor(["token", "token-and-more"]).text("a token-and-more b")).toBe(`a ${redactedMark} b`);
  });

  test("no secret survives in any text, in any of its forms", () => {
    const secrets = fc.string({ minLength: 8, maxLength: 40, unit: "grapheme" }).filter((one) => /\S{4}/.test(one));
    fc.assert(
      fc.property(secrets, fc.string(), fc.string(), (one, before, after) => {
        const redact = createRedactor([one]);
        const forms = [one, encodeURIComponent(one), JSON.stringify(one).slice(1, -1), base64(one)];
        for (const form of forms) expect(redact.text(`${before}${form}${after}`)).not.toContain(form);
        expect(JSON.stringify(redact.value({ [one]: [before + one + after] }))).not.toContain(
          JSON.stringify(one).slice(1, -1),
        );
      }),
    );
  });

  test("secrets are values, not patterns, also broken text", () => {
    expect(createRedactor(["a.*b{2}"]).text("a.*b{2} and axxbb")).toBe(`${redactedMark} and axxbb`);
    expect(createRedactor(["\\^$.*+?()[]{}|/-"]).text("x\\^$.*+?()[]{}|/-x")).toBe(`x${redactedMark}x`);
    expect(createRedactor(["bad\ud800end"]).text("bad\ufffdend")).toBe(redactedMark);
  });
});

describe("by name", () => {
  test.each([
    "Authorization",
    "proxy-authorization",
    "Cookie",
    "Set-Cookie",
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "secret",
    "token",
    "bearer",
    "id_token",
    "sessionToken",
    "api_key",
    "apiKey",
    "X-Api-Key",
    "x-auth-key",
    "access_key",
    "private_key",
    "signing_key",
    "routing_key",
    "dsn",
    "credentials",
    "client_assertion",
    "clientSecret",
    "client_secret",
    "auth_token",
    "AuthToken",
    "X-Auth-Token",
    "access_token",
    "refreshToken",
    "bearer.token",
    "webhook_secret",
    "user password",
    "twilio_api_key",
    "aws-private-key",
    "db_credentials",
  ])("%s is a secret's name", (name) => {
    expect(isSecretName(name)).toBe(true);
    expect(value({ [name]: "visible" })).toEqual({ [name]: redactedMark });
  });

  test.each([
    "idempotency_key",
    "Idempotency-Key",
    "request_id",
    "tokens_used",
    "secretary",
    "key",
    "message",
    "page_token_count",
    "password_hint",
  ])("%s is not", (name) => {
    expect(isSecretName(name)).toBe(false);
    expect(value({ [name]: "visible" })).toEqual({ [name]: "visible" });
  });

  test("in values: whatever the secret is, but its absence is shown", () => {
    expect(
      value({
        token: 12_345,
        password: { deep: 1 },
        secret: ["a"],
        api_key: null,
        dsn: undefined,
        pwd: "",
        bearer: false,
      }),
    ).toEqual({
      token: redactedMark,
      password: redactedMark,
      secret: redactedMark,
      api_key: null,
      dsn: undefined,
      pwd: "",
      bearer: false,
    });
  });

  test.each([
    ['{"auth_token":"abc","to":"x"}', '{"auth_token":"[redacted]","to":"x"}'],
    ['{ "auth_token" : "a\\"b\\\\", "to":"x"}', '{ "auth_token" : "[redacted]", "to":"x"}'],
    ['{"auth_token": 12345, "n": 1}', '{"auth_token": "[redacted]", "n": 1}'],
    ['{"auth_token":"cut off', '{"auth_token":"[redacted]"'],
    ['{"message":"fine","status":400}', '{"message":"fine","status":400}'],
    ["grant_type=x&client_secret=hush&scope=y", "grant_type=x&client_secret=[redacted]&scope=y"],
    ["https://x/y?api_key=hush;z=1", "https://x/y?api_key=[redacted];z=1"],
    ["client_secret=hush", "client_secret=[redacted]"],
    ["To=x&Body=y", "To=x&Body=y"],
    [
      "POST / HTTP/1.1\r\nAuthorization: Basic QUM6eA==\r\nHost: x",
      "POST / HTTP/1.1\r\nAuthorization: [redacted]\r\nHost: x",
    ],
    ["note: refused X-Api-Key: hush", "note: refused X-Api-Key: [redacted]"],
    ["x-note: X-Api-Key:hush\nnext: line", "x-note: X-Api-Key:[redacted]\nnext: line"],
    [
      "back=https://h/?api_key=hush&x=1&auth_token=abc==&y=2",
      "back=https://h/?api_key=[redacted]&x=1&auth_token=[redacted]&y=2",
    ],
    ["token: it has expired", "token: it has expired"],
    ["secret: nobody knows it", "secret: nobody knows it"],
    ["api_key: ", "api_key: "],
    ["api_key=&x=1", "api_key=&x=1"],
    ["Cookie: a=b; c=d", "Cookie: [redacted]"],
    ["sent {X-Api-Key: hush", "sent {X-Api-Key: [redacted]"],
    ["X-Request-Id: RQ1\nset-cookie: sid=1", "X-Request-Id: RQ1\nset-cookie: [redacted]"],
    ["refused: token: it has expired", "refused: token: it has expired"],
    ["api_key : hush", "api_key : [redacted]"],
    ["used Bearer eyJhbGciOi.x-y_z and Basic QUM6c2VjcmV0", "used Bearer [redacted] and Basic [redacted]"],
    [
      "Bearer token refused. Basic authentication failed. basic Auth.",
      "Bearer token refused. Basic authentication failed. basic Auth.",
    ],
    ["postgres://me:hush@host/db and https://host:80/x", "postgres://[redacted]@host/db and https://host:80/x"],
    ["https://user@host/ and a:b@c", "https://user@host/ and a:b@c"],
  ])("in text: %s", (input, expected) => {
    expect(createRedactor([]).text(input)).toBe(expected);
  });
});

describe("options", () => {
  test("further fields, with the names of message bodies ready", () => {
    const redact = createRedactor([], { fields: [...messageFields, "free_text"] });
    expect(redact.value({ Body: "hi", To: "+15551234567", freeText: "x", ContentVariables: "{}" })).toEqual({
      Body: redactedMark,
      To: "+15551234567",
      freeText: redactedMark,
      ContentVariables: redactedMark,
    });
    expect(redact.text("Body=hi&To=x")).toBe(`Body=${redactedMark}&To=x`);
    expect(redact.text('{"body": "hi"}')).toBe(`{"body": "${redactedMark}"}`);
    for (const name of ["Body", "MediaUrl", "ContentVariables", "Twiml", "text", "content", "variables", "media"]) {
      expect(messageFields).toContain(name);
    }
    expect(createRedactor([]).value({ Body: "hi" })).toEqual({ Body: "hi" });
  });

  test("numbers are masked only when asked for", () => {
    expect(createRedactor([], { numbers: true }).text("to +15551234567")).toBe("to +1********67");
    expect(createRedactor([], { numbers: true }).value({ to: "+15551234567" })).toEqual({ to: "+1********67" });
    expect(createRedactor([], { numbers: false }).text("to +15551234567")).toBe("to +15551234567");
    expect(createRedactor([]).text("to +15551234567")).toBe("to +15551234567");
  });
});

describe("value", () => {
  test("walks every kind of value", () => {
    const date = new Date(0);
    const error = Object.assign(new TypeError(`bad ${secret}`, { cause: new Error("deep") }), {
      code: "E1",
      token: "t",
    });
    expect(
      value({
        n: 1,
        big: 1n,
        no: null,
        undef: undefined,
        f: () => 1,
        s: Symbol("p"),
        date,
        map: new Map<unknown, unknown>([
          ["token", "t"],
          [1, secret],
        ]),
        set: new Set([secret]),
        bytes: new Uint8Array(3),
        buffer: new ArrayBuffer(4),
        error,
        plain: new Error("x"),
      }),
    ).toEqual({
      n: 1,
      big: 1n,
      no: null,
      undef: undefined,
      f: "[function]",
      s: "Symbol(p)",
      date,
      map: { token: redactedMark, 1: redactedMark },
      set: [redactedMark],
      bytes: "[3 bytes]",
      buffer: "[4 bytes]",
      error: {
        name: "TypeError",
        message: `bad ${redactedMark}`,
        cause: { name: "Error", message: "deep" },
        code: "E1",
        token: redactedMark,
      },
      plain: { name: "Error", message: "x" },
    });
    expect(Object.keys(value(new Error("x")) as object)).toEqual(["name", "message"]);
  });

  test("names cycles, depth and what cannot be read; shared values are shown each time", () => {
    const cyclic: Record<string, unknown> = { a: [] };
    (cyclic["a"] as unknown[]).push(cyclic);
    expect(value(cyclic)).toEqual({ a: ["[circular]"] });
    const shared = { x: 1 };
    expect(value([shared, shared])).toEqual([shared, shared]);
    const hostile = {
      get boom(): unknown {
        throw new Error("no");
      },
    };
    expect(value({ hostile, fine: 1 })).toEqual({ hostile: "[unreadable]", fine: 1 });
    const nested = (levels: number): unknown => (levels === 0 ? "end" : [nested(levels - 1)]);
    expect(JSON.stringify(value(nested(64)))).toContain("end");
    expect(JSON.stringify(value(nested(65)))).toContain("[too deep]");
  });

  test("prototype keys stay members, the original stays as it was", () => {
    const input = JSON.parse(`{"__proto__":{"token":"x"},"constructor":"y"}`) as Record<string, unknown>;
    const output = value(input) as Record<string, unknown>;
    expect(Object.keys(output)).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(output)).toBe(Object.prototype);
    expect(JSON.stringify(output)).toBe(`{"__proto__":{"token":"${redactedMark}"},"constructor":"y"}`);
    expect(JSON.stringify(input)).toContain(`"token":"x"`);
  });

  test("names that contain a secret are hidden too", () => {
    expect(value({ [`x-${secret}`]: 1 })).toEqual({ [`x-${redactedMark}`]: 1 });
  });

  test("total for anything, and text without secrets is unchanged", () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true }),
        (any) => {
          expect(() => value(any)).not.toThrow();
        },
      ),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9 .,]*$/), (harmless) => {
        expect(createRedactor(["Zq7-secret"], { numbers: true }).text(harmless)).toBe(harmless);
      }),
    );
  });
});

test("takes linear time for hostile text", () => {
  const pieces = [
    "token=",
    "api_key:x",
    '"a":"',
    '\\"',
    '"',
    "a=",
    "x:",
    " : ",
    "://",
    ":",
    "@",
    "+1",
    "+1 ",
    "Basic ",
    "%2B",
    "=",
    "&",
    "\\",
    "aaaa-",
    " ",
  ];
  const redact = createRedactor(["aaaaaaab", "secret-value"], { numbers: true });
  const cost = (length: number, piece: string): number => {
    const input = piece.repeat(Math.ceil(length / piece.length));
    const started = performance.now();
    redact.text(input);
    return performance.now() - started;
  };
  for (const piece of pieces) {
    cost(20_000, piece);
    // Quadratic time would take 64 times as long; a floor keeps the noise of a busy machine out.
    expect(cost(320_000, piece)).toBeLessThan(Math.max(400, 40 * Math.max(1, cost(40_000, piece))));
  }
});
