// Runs an ONNX file as it came, on the processor: what this program makes of it is held against the file itself.
// Knows element types of inputs and outputs; no structure.
import { Fault } from "../../base/fault.ts";
import type { OriginalModel, TensorValue } from "../../engine/runtime.ts";
import { floatsToHalves, halvesToFloats } from "../../math/half.ts";
import { type createQueue, type OrtModule, ortFault } from "./session.ts";

/** `pixels` [1,3,S,S]; the output as fp32. The file's sessions are gone when this returns. Faults: runtime, out-of-memory. */
export function runOriginal(
  ort: OrtModule,
  { name, bytes, external, input, batch, output }: OriginalModel,
  pixels: TensorValue,
  oneAtATime: ReturnType<typeof createQueue>,
): Promise<TensorValue> {
  return oneAtATime(async () => {
    try {
      const session = await ort.InferenceSession.create(bytes, {
        executionProviders: ["wasm"],
        // Its operators as they stand: no rewriting that this program's own graphs go through as well.
        graphOptimizationLevel: "basic",
        externalData: [...external].map(([path, data]) => ({ path, data })),
        logSeverityLevel: 3,
      });
      try {
        const data = new Float32Array(batch * pixels.data.length);
        for (let i = 0; i < batch; i++) data.set(pixels.data, i * pixels.data.length);
        const dims = [batch, ...pixels.dims.slice(1)];
        const asked = session.inputMetadata.find((one) => one.name === input);
        const halves = asked?.isTensor === true && asked.type === "float16";
        const fed = halves
          ? new ort.Tensor("float16", floatsToHalves(data), dims)
          : new ort.Tensor("float32", data, dims);
        const outputs = await session.run({ [input]: fed }, [output]);
        const made = outputs[output];
        if (!made) throw new Fault("runtime", `${name} gave no output ${output}.`);
        return { dims: made.dims, data: toFloats(made.data, made.type, name) };
      } finally {
        await session.release();
      }
    } catch (error) {
      throw ortFault(error, `Running ${name} as it is failed`);
    }
  });
}

function toFloats(data: unknown, type: string, name: string): Float32Array {
  if (data instanceof Float32Array) return data;
  if (type === "float16" && ArrayBuffer.isView(data)) {
    // A Uint16Array, or a Float16Array where the browser has it: the same bits.
    return halvesToFloats(new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2));
  }
  throw new Fault("runtime", `${name} gives ${type}, expected float32 or float16.`);
}
