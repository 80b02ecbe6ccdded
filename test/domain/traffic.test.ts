// What left the app: counts by host, and messages that are none.
import { expect, test } from "vitest";
import { noTraffic, parseSent, withSent } from "../../src/domain/traffic.ts";

test("requests and bytes add up by host, in the order of the first request", () => {
  const sent = [
    { host: "a.example", bytes: 0 },
    { host: null, bytes: 0 },
    { host: "a.example", bytes: 12 },
  ];
  expect(sent.reduce(withSent, noTraffic).hosts).toEqual([
    { host: "a.example", requests: 2, bytes: 12 },
    { host: null, requests: 1, bytes: 0 },
  ]);
});

test.each([
  null,
  "sent",
  { kind: "kept" },
  { kind: "sent", host: 3, bytes: 0 },
  { kind: "sent", host: "a", bytes: -1 },
])("what is no count is not counted: %j", (message) => {
  expect(parseSent(message)).toBeNull();
});

test("a count is read as it was told", () => {
  expect(parseSent({ kind: "sent", host: "a.example", bytes: 5 })).toEqual({ host: "a.example", bytes: 5 });
});
