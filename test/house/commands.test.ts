// The plain Node programs behind npm start and npm test: the static server, and who holds a port.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
// @ts-expect-error plain JavaScript
import { starts } from "../../scripts/lib/chromium.mjs";
// @ts-expect-error plain JavaScript
import { portHolder } from "../../scripts/lib/port-holder.mjs";
import { type Served, serveFolder } from "../support/browser.ts";

describe("the static server", () => {
  const folder = mkdtempSync(join(tmpdir(), "pathotune-static-"));
  let served: Served;
  beforeAll(async () => {
    writeFileSync(join(folder, "index.html"), "<p>here</p>");
    writeFileSync(join(folder, "ten.bin"), "0123456789");
    served = await serveFolder(folder, { prefix: "/apps/pt" });
  });
  afterAll(async () => {
    await served.close();
    rmSync(folder, { recursive: true });
  });

  test("serves index.html for the folder, under its prefix only", async () => {
    expect(await (await fetch(served.url)).text()).toBe("<p>here</p>");
    expect((await fetch(new URL("/index.html", served.url))).status).toBe(404);
  });

  test("answers a byte range with 206 and exactly these bytes", async () => {
    const response = await fetch(`${served.url}ten.bin`, { headers: { Range: "bytes=2-5" } });
    expect(response.status).toBe(206);
    expect(response.headers.get("content-range")).toBe("bytes 2-5/10");
    expect(await response.text()).toBe("2345");
  });

  test("refuses a range beyond the end", async () => {
    expect((await fetch(`${served.url}ten.bin`, { headers: { Range: "bytes=10-" } })).status).toBe(416);
  });

  test("never leaves its folder", async () => {
    const response = await fetch(`${served.url}%2e%2e/%2e%2e/etc/passwd`);
    expect(response.status).toBe(404);
  });
});

test("a port that is taken is named with the program that holds it", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    expect(portHolder((server.address() as AddressInfo).port)).toContain(`process ${process.pid}`);
  } finally {
    server.close();
  }
});

test("a browser is one that starts: a stub or one without its libraries is passed over", () => {
  const folder = mkdtempSync(join(tmpdir(), "pathotune-"));
  const script = (name: string, status: number): string => {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\nexit ${status}\n`, { mode: 0o755 });
    return path;
  };
  try {
    expect(starts(script("works", 0))).toBe(true);
    expect(starts(script("stub", 127))).toBe(false);
    expect(starts(join(folder, "absent"))).toBe(false);
    expect(starts(undefined)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
