import { describe, expect, test } from "vitest";
import { anyObservation, chanceOf } from "../conformance/chance.ts";
import { readStatusPage } from "./status-page.ts";

const page = (body: unknown) =>
  readStatusPage({
    type: "response",
    status: 200,
    headers: {},
    body: typeof body === "string" ? body : JSON.stringify(body),
    complete: true,
    at: 0,
  });

describe("a status page", () => {
  test("says what is not as it should be, and nothing else", () => {
    expect(
      page({
        status: { indicator: "major", description: "Partial outage" },
        components: [{ name: "SMS", status: "partial_outage" }, { name: "Voice", status: "operational" }, { name: 1 }],
        incidents: [
          { name: "Delays", status: "investigating", impact: "major", shortlink: "https://stspg.io/x" },
          { name: "Old", status: "resolved", impact: "minor" },
          { name: "Bent", status: "monitoring", shortlink: "javascript:alert(1)" },
        ],
      }),
    ).toEqual({
      indicator: "major",
      description: "Partial outage",
      components: [{ name: "SMS", status: "partial_outage" }],
      incidents: [
        { name: "Delays", status: "investigating", impact: "major", url: "https://stspg.io/x" },
        { name: "Bent", status: "monitoring", impact: null, url: null },
      ],
    });
  });

  test("that cannot be read says nothing", () => {
    for (const body of ["", "<html>", "{}", { status: {} }, { status: { indicator: "purple" } }, { status: "none" }])
      expect(page(body)).toBeNull();
    expect(
      readStatusPage({
        type: "response",
        status: 503,
        headers: {},
        body: '{"status":{"indicator":"none"}}',
        complete: true,
        at: 0,
      }),
    ).toBeNull();
    const chance = chanceOf(1);
    for (let round = 0; round < 2_000; round += 1)
      readStatusPage(anyObservation(chance, ['{"status":{"indicator":"none"},"components":[],"incidents":[{}]}']));
  });
});
