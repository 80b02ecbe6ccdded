// The safetensors container: what the reference implementation writes, and what hostile files try.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import { floatsOf, modelLimits, parseSafetensors, serializeSafetensors } from "../../src/domain/safetensors.ts";

const file = new Uint8Array(readFileSync(join(import.meta.dirname, "../fixtures/safetensors/small.safetensors")));

function container(header: string, data: number): Uint8Array {
  const text = new TextEncoder().encode(header);
  const out = new Uint8Array(8 + text.length + data);
  new DataView(out.buffer).setBigUint64(0, BigInt(text.length), true);
  out.set(text, 8);
  return out;
}
const tensor = (shape: unknown, offsets: unknown, dtype = "F32"): string =>
  JSON.stringify({ a: { dtype, shape, data_offsets: offsets } });

describe("a safetensors file", () => {
  test("of the reference implementation reads back its values", () => {
    const { tensors, metadata } = parseSafetensors(file, "small");
    expect({ ...metadata }).toEqual({ "made by": "reference" });
    const read = (name: string) => Array.from(floatsOf(tensors.get(name) as never));
    expect(read("a.weight")).toEqual([0, 0.25, 0.5, 0.75, 1, 1.25]);
    expect(tensors.get("a.weight")?.shape).toEqual([2, 3]);
    expect(read("b.half")).toEqual([1.5, -2.25, 65504]);
    expect(() => floatsOf(tensors.get("c.count") as never)).toThrow(/I64/);
  });

  test("handed over as a Node Buffer, whose slices are views, gives the same values", () => {
    const { tensors } = parseSafetensors(Buffer.from(file), "small");
    expect(Array.from(floatsOf(tensors.get("a.weight") as never))).toEqual([0, 0.25, 0.5, 0.75, 1, 1.25]);
  });

  test("we write is read back, and the same however its tensors were ordered", () => {
    const a = { name: "a", dtype: "F32", shape: [2], data: Float32Array.of(1, 2) } as const;
    const b = { name: "10", dtype: "F16", shape: [1], data: Uint16Array.of(0x3c00) } as const;
    const one = serializeSafetensors([a, b], { y: "1", x: "2" });
    expect(serializeSafetensors([b, a], { x: "2", y: "1" })).toEqual(one);
    const { tensors, metadata } = parseSafetensors(one, "ours");
    expect([...tensors.keys()].sort()).toEqual(["10", "a"]);
    expect({ ...metadata }).toEqual({ x: "2", y: "1" });
  });

  test.each([
    ["too short", new Uint8Array(4), /only 4 bytes/],
    ["with a header longer than itself", container("{}", 0).fill(0xff, 0, 8), /longer than the file/],
    ["whose header is no JSON", container("{a", 0), /not JSON/],
    ["whose header is a list", container("[]", 0), /not an object/],
    ["with a tensor outside itself", container(tensor([4], [0, 16]), 8), /outside/],
    ["with a shape that needs other bytes", container(tensor([3], [0, 8]), 8), /needs 12/],
    ["with a shape of huge product", container(tensor([2 ** 52, 2 ** 52], [0, 8]), 8), /needs/],
    ["with a negative size", container(tensor([-1], [0, 4]), 4), /shape/],
    ["with an unknown type", container(tensor([1], [0, 4], "Q4"), 4), /unknown type/],
    ["with bytes that belong to nothing", container(tensor([1], [0, 4]), 8), /belong to no tensor/],
    ["with a hole", container(tensor([1], [4, 8]), 8), /hole/],
    [
      "with overlapping tensors",
      container(
        '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}',
        12,
      ),
      /overlaps/,
    ],
    ["with metadata that is no text", container('{"__metadata__":{"a":1}}', 0), /not text/],
  ])("%s is refused with the reason", (_what, bytes, reason) => {
    expect(() => parseSafetensors(bytes, "it")).toThrow(reason);
  });

  test("beyond the stated limits is refused before it is parsed", () => {
    const tight = { ...modelLimits, headerBytes: 10 };
    expect(() => parseSafetensors(file, "it", tight)).toThrow(/at most 10/);
    expect(() => parseSafetensors(file, "it", { ...modelLimits, tensors: 1 })).toThrow(/3 tensors/);
  });

  test("garbled anywhere ends in a Fault or in tensors, never in anything else", () => {
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.nat(255), fc.nat(file.length), (at, value, length) => {
        const copy = file.slice(0, length);
        copy[at] = value;
        try {
          parseSafetensors(copy, "it");
        } catch (error) {
          expect(error).toBeInstanceOf(Fault);
        }
      }),
      { seed: 3, numRuns: 300 },
    );
  });
});
