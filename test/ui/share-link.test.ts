// A link to a view holds the place and the slide's identity, its address only where it is wanted, and never a file's name.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { SlideId } from "../../src/base/brand.ts";
import { addressOf, hasQuery, shareLink } from "../../src/ui/share-link.ts";
import { parseViewAddress } from "../../src/viewer/view-address.ts";

const page = "https://app.example/pathotune/";
const view = { centre: { x: 24_812, y: 9_310 }, slidePerPixel: 2, turned: 90 };
const id = "0f3a".repeat(16) as SlideId;

test("a link without the address names page, place and the first digits of the slide's digest", () => {
  expect(shareLink(page, view, id, null)).toBe(`${page}#x=24812&y=9310&z=2&r=90&s=0f3a0f3a0f3a`);
});

test("an address comes back whole, whatever is in it, and the view with it", () => {
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (address) => {
      const url = new URL(shareLink(page, view, id, address));
      expect(url.searchParams.get("slide")).toBe(address);
      expect([...url.searchParams.keys()]).toEqual(["slide"]);
      expect(parseViewAddress(url.hash)?.centre).toEqual(view.centre);
    }),
    { seed: 20_260_101, numRuns: 200 },
  );
});

test("a file, a folder and the demo slide have no address to give", () => {
  for (const kind of ["file", "files", "folder", "embedded"] as const)
    expect(addressOf({ source: { kind } })).toBeNull();
  expect(addressOf({ source: { kind: "url", url: "https://a.example/b.svs" } })).toBe("https://a.example/b.svs");
});

test("an address with a query is told apart: it may be a key", () => {
  expect(hasQuery("https://a.example/b.svs")).toBe(false);
  expect(hasQuery("https://a.example/slide?id=7")).toBe(true);
});
