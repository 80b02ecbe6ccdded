import { describe, expect, test } from "vitest";
import { createByteLru } from "../../src/base/byte-lru.ts";

describe("a byte LRU", () => {
  test("drops the least recently used once its budget is full", () => {
    const lru = createByteLru<string, number>(10);
    lru.set("a", 1, 4);
    lru.set("b", 2, 4);
    expect(lru.get("a")).toBe(1);
    lru.set("c", 3, 4);
    expect([lru.get("a"), lru.get("b"), lru.get("c"), lru.bytes]).toEqual([1, undefined, 3, 8]);
  });

  test("does not keep what is larger than the budget, and counts a replaced value once", () => {
    const lru = createByteLru<string, number>(10);
    lru.set("a", 1, 11);
    expect(lru.get("a")).toBeUndefined();
    lru.set("a", 1, 6);
    lru.set("a", 2, 7);
    expect([lru.get("a"), lru.bytes]).toEqual([2, 7]);
    lru.delete("a");
    lru.set("b", 1, 1);
    lru.clear();
    expect([lru.get("b"), lru.bytes]).toEqual([undefined, 0]);
  });
});
