import { describe, expect, test } from "vitest";
import { keptAddress, nameInUrl } from "../../src/app/addresses.ts";

describe("addresses of slides", () => {
  test("a signed address is kept without its key", () => {
    const url = new URL("https://store.example/a/b%20c.svs?X-Amz-Signature=abc&X-Amz-Expires=3600");
    expect(keptAddress(url)).toBe("https://store.example/a/b%20c.svs");
  });

  test("an ordinary query is part of the address", () => {
    expect(keptAddress(new URL("https://store.example/slide?id=7"))).toBe("https://store.example/slide?id=7");
  });

  test("a slide is called by the end of its path", () => {
    expect(nameInUrl(new URL("https://store.example/a/b%20c.svs?x=1"))).toBe("b c.svs");
    expect(nameInUrl(new URL("https://store.example/"))).toBe("store.example");
    expect(nameInUrl(new URL("https://store.example/100%25%zz"))).toBe("100%25%zz");
  });
});
