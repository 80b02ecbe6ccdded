import { describe, expect, test } from "vitest";
import { Fault, faultFromData, faultToData, isAbort, isFault, toFault } from "../../src/base/fault.ts";

describe("a fault", () => {
  test("crosses a border as data and comes out the same", () => {
    const fault = new Fault("damaged", "tile 3 is cut off", { tile: 3 });
    const back = faultFromData(structuredClone(faultToData(fault)));
    expect(isFault(back, "damaged")).toBe(true);
    expect(back.message).toBe("tile 3 is cut off");
    expect(back.detail).toEqual({ tile: 3 });
  });

  test("keeps its kind when wrapped, and gives one to everything else", () => {
    const fault = new Fault("limit", "too large");
    expect(toFault(fault, "runtime", "compiling")).toBe(fault);
    const wrapped = toFault(new Error("boom"), "runtime", "compiling");
    expect(wrapped.kind).toBe("runtime");
    expect(wrapped.message).toBe("compiling: boom");
    expect(wrapped.cause).toBeInstanceOf(Error);
  });

  test("an abort is no fault", () => {
    expect(isAbort(AbortSignal.abort().reason)).toBe(true);
    expect(isAbort(new Fault("runtime", "x"))).toBe(false);
  });
});
