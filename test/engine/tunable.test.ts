// How many blocks fit: the upper weights twice within 1.5 GiB.
import { expect, test } from "vitest";
import { mostBlocks } from "../../src/engine/tunable.ts";

/** fp32 bytes of one block: 12 D^2 weights and little else. */
const blockBytes = (width: number): number => 4 * 12 * width * width;

test("a ViT-B tunes whole on the processor, a ViT-L in part, a giant not at all", () => {
  expect(mostBlocks(12, (blocks) => blocks * blockBytes(768))).toEqual({ blocks: 12, why: null });
  const large = mostBlocks(24, (blocks) => blocks * blockBytes(1024));
  expect(large.blocks).toBe(Math.floor((1.5 * 2 ** 30) / 2 / blockBytes(1024)));
  expect(large.why).toMatch(/last 16 of 24/);
  const giant = mostBlocks(40, (blocks) => blocks * blockBytes(6144));
  expect(giant).toMatchObject({ blocks: 0, why: expect.stringContaining("frozen features still answer") });
});

test("of a ViT-L fewer blocks fit where the whole backbone lies in the heap twice beside them", () => {
  const upper = (blocks: number): number => blocks * blockBytes(1024);
  const { blocks } = mostBlocks(24, upper, 2 * 24 * blockBytes(1024));
  expect(blocks).toBe(Math.floor((3.5 * 2 ** 30) / 2 / blockBytes(1024)) - 24);
  expect(blocks).toBeLessThan(mostBlocks(24, upper).blocks);
});
