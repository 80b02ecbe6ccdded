// What the service worker lets page and workers do, and names that could end a rule of it.
import { expect, test } from "vitest";
import { contentPolicy, isOrigin, withHeaders } from "../../src/worker/offline/headers.ts";

test("only this app and approved servers can be asked, and only this app's files run", () => {
  const policy = contentPolicy(["https://slides.example:8443"])["Content-Security-Policy"] ?? "";
  expect(policy).toContain("connect-src 'self' blob: data: https://slides.example:8443;");
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/script-src[^;]*(unsafe-inline|'unsafe-eval'|https)/);
});

test.each([
  ["https://a.example", true],
  ["http://localhost:8080", true],
  ["https://*.hf.co", true],
  ["https://a.example; script-src *", false],
  ["https://a.example/path", false],
  ["*", false],
  ["https:", false],
  [7, false],
])("%j is an origin: %s", (text, wanted) => {
  expect(isOrigin(text)).toBe(wanted);
});

test("headers are added to what a response has", async () => {
  const response = withHeaders(new Response("abc", { status: 201, headers: { "Content-Type": "text/plain" } }), {
    A: "b",
  });
  expect([response.status, response.headers.get("A"), response.headers.get("Content-Type")]).toEqual([
    201,
    "b",
    "text/plain",
  ]);
  expect(await response.text()).toBe("abc");
});
