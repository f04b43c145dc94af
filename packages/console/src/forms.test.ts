import { describe, expect, test } from "vitest";
import { askAgainCommand, quote } from "./curl.ts";
import { compareInputs, compareTexts } from "./diff.ts";
import { fieldProblem, fieldsFor, fromText, toText } from "./fields.ts";
import { filtersOf, readListSearch, readQuery } from "./filters.ts";
import { loadPhoneRules, phoneProblem } from "./phone.ts";
import { readVariables, unfilledPlaces, variablesProblem } from "./template.ts";

describe("numbers", () => {
  test.each([
    ["4155550100", /starts with \+/],
    ["+1 415 555 0100", /Without spaces/],
    ["+1415555010a", /Only \+ and digits/],
    ["+1415", /7 to 15 digits/],
    ["", /needed/],
  ])("%s is refused", (value, why) => {
    expect(phoneProblem(value)).toMatch(why);
  });

  test("a channel may stand before it", async () => {
    await loadPhoneRules();
    expect(phoneProblem("whatsapp:+14155550100")).toBeNull();
    expect(phoneProblem("+14155550100")).toBeNull();
    expect(phoneProblem("+141555501")).toMatch(/No country/);
  });
});

describe("fields", () => {
  test("known fields first, then whatever the input has besides", () => {
    const names = fieldsFor("messages.create", { To: "+1", Odd: { a: 1 } }).map(({ name }) => name);
    expect(names[0]).toBe("To");
    expect(names.at(-1)).toBe("Odd");
  });

  test.each([
    ["To", "+14155550100"],
    ["MediaUrl", ["https://a.example/1", "https://a.example/2"]],
    ["ValidityPeriod", 60],
    ["ContentVariables", '{"1":"Ada"}'],
  ] as const)("%s survives an editor", (name, value) => {
    const field = fieldsFor("messages.create", {}).find((each) => each.name === name)!;
    expect(fromText(field, toText(field, value), value)).toEqual(value);
  });

  test("a field that is emptied is left out; one that is needed is missed", () => {
    const [to] = fieldsFor("messages.create", {});
    const body = fieldsFor("messages.create", {}).find(({ name }) => name === "Body")!;
    expect(fieldProblem(to!, "", "+1")).toBe("This is needed.");
    expect(fromText(body, "", "x")).toBeUndefined();
    expect(fieldProblem(body, "x".repeat(1_601), "")).toMatch(/At most 1600/);
    expect(fieldProblem({ name: "any", kind: "json" }, "{", {})).toMatch(/^Not JSON/);
  });
});

describe("differences", () => {
  test("by word", () => {
    expect(compareTexts("see you at nine", "see you at ten")).toEqual({
      before: [
        { text: "see you at ", change: "same" },
        { text: "nine", change: "gone" },
      ],
      after: [
        { text: "see you at ", change: "same" },
        { text: "ten", change: "new" },
      ],
    });
  });

  test("both sides can be put together again", () => {
    const [left, right] = ["a  b c\nd", "b c x\nd e"];
    const { before, after } = compareTexts(left, right);
    expect(before.map(({ text }) => text).join("")).toBe(left);
    expect(after.map(({ text }) => text).join("")).toBe(right);
  });

  test("fields that came, went and stayed", () => {
    const changes = compareInputs({ To: "+1", Body: "x" }, { To: "+1", From: "y" });
    expect(changes.map(({ name, changed }) => [name, changed])).toEqual([
      ["To", false],
      ["Body", true],
      ["From", true],
    ]);
  });
});

describe("templates", () => {
  test("variables are texts, none is empty, none goes missing", () => {
    const before = '{"1":"Ada","2":"14:00"}';
    expect(readVariables(before)).toEqual([
      ["1", "Ada"],
      ["2", "14:00"],
    ]);
    expect(variablesProblem('{"1":"Grace","2":"15:00"}', before)).toBeNull();
    expect(variablesProblem("{", before)).toBe("Not JSON.");
    expect(variablesProblem("[1]", before)).toMatch(/An object of texts/);
    expect(variablesProblem('{"1":5,"2":"x"}', before)).toMatch(/An object of texts/);
    expect(variablesProblem('{"1":" ","2":"x"}', before)).toMatch(/^\{\{1\}\} is empty/);
    expect(variablesProblem('{"1":"a\\nb","2":"x"}', before)).toMatch(/line break/);
    expect(variablesProblem('{"1":"Ada"}', before)).toMatch(/^\{\{2\}\} had a value/);
  });

  test("places nobody filled are found, ordinary braces and per cents are not", () => {
    expect(unfilledPlaces("Hi {{first name}}, {code} ${x.y} %NAME% {{first name}}")).toEqual([
      "{{first name}}",
      "{code}",
      "${x.y}",
      "%NAME%",
    ]);
    expect(unfilledPlaces("20% off { really } 100%")).toEqual([]);
  });
});

describe("addresses and searches", () => {
  test("an address carries known filters only, and never a number", () => {
    const search = readListSearch({ code: "21211", to: "+14155550100", strange: "x", cursor: "4t", account: "" });
    expect(search).toEqual({ code: "21211", cursor: "4t" });
    expect(filtersOf(search)).toEqual({ code: "21211" });
  });

  test.each([
    ["op_01M7YEKA7TJPN0CSW7XYAMF6CP", "id"],
    ["+1 (415) 555-0100", "person"],
    ["whatsapp:+14155550100", "person"],
    ["ada@example.com", "person"],
    ["parcel-1910", "text"],
    ["SM123", "text"],
  ])("%s is read as %s", (typed, type) => {
    expect(readQuery(typed)?.type).toBe(type);
  });

  test("a number is looked for as it is stored, and half of one not at all", () => {
    expect(readQuery("1 415 555 0100")?.value).toBe("+14155550100");
    expect(readQuery("whatsapp:14155550100")?.value).toBe("whatsapp:+14155550100");
    expect(readQuery("+1415")).toBeNull();
  });
});

describe("what leaves", () => {
  test("no word escapes its quotes in a shell", () => {
    expect(quote("it's")).toBe(String.raw`'it'\''s'`);
    const command = askAgainCommand("http://127.0.0.1", {
      account: "tw",
      operation: "messages.create",
      input: { Body: "'; rm -rf /; '" },
      reference: null,
    } as unknown as Parameters<typeof askAgainCommand>[1]);
    expect(command).toContain(String.raw`'\''; rm -rf /; '\''`);
  });
});
