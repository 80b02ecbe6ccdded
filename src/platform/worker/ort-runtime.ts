// Where graphs run in a browser worker: chooses the onnxruntime-web build, the adapter and the threads, and says so in words.
// Imports each build lazily, so that only one .wasm is ever downloaded. Never the default entry (the deprecated JSEP build).
import asyncifyUrl from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url";
import jspiUrl from "onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url";
import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import type { Runtimes } from "../../engine/start-runtime.ts";
import type { Provider } from "../../protocol/engine-api.ts";
import { createCpuRuntime } from "../ort/cpu-runtime.ts";
import { runOriginal } from "../ort/original.ts";
import { createQueue, type OrtModule } from "../ort/session.ts";
import { createWebGpuRuntime } from "./ort-webgpu.ts";

/** More threads than 4 gain little on a ViT and starve the page. */
const mostThreads = 4;

export function createRuntimes(): Runtimes {
  let loaded: OrtModule | null = null;
  const oneAtATime = createQueue();

  const threads = self.crossOriginIsolated ? Math.max(1, Math.min(mostThreads, navigator.hardwareConcurrency || 1)) : 1;

  const configured = (module: OrtModule, url: string): OrtModule => {
    module.env.wasm.wasmPaths = { wasm: new URL(url, self.location.href).href };
    module.env.wasm.numThreads = threads;
    module.env.logLevel = "error";
    loaded = module;
    return module;
  };
  const gpuModule = async (): Promise<OrtModule> =>
    "Suspending" in WebAssembly
      ? configured((await import("onnxruntime-web/jspi")) as OrtModule, jspiUrl)
      : configured((await import("onnxruntime-web/webgpu")) as OrtModule, asyncifyUrl);
  const cpuModule = async (): Promise<OrtModule> =>
    loaded ?? configured((await import("onnxruntime-web/wasm")) as OrtModule, wasmUrl);

  return {
    async webgpu(software) {
      const found = await findAdapter();
      if ("why" in found) return found;
      const { adapter, isSoftware } = found;
      if (isSoftware && software === "refuse") {
        return { why: "This browser's WebGPU runs in software here, which is slower than the processor." };
      }
      try {
        const device = await adapter.requestDevice(deviceRequest(adapter));
        const ort = await gpuModule();
        const provider: Provider = { kind: "webgpu", words: `GPU (${adapterName(adapter)})`, threads: 0, why: null };
        return {
          runtime: createWebGpuRuntime(ort, device, provider, deviceName(ort, adapterKey(adapter)), oneAtATime),
        };
      } catch (error) {
        return { why: `The GPU could not be opened: ${error instanceof Error ? error.message : String(error)}` };
      }
    },
    async wasm(why) {
      const ort = await cpuModule();
      return createCpuRuntime(ort, cpuProvider(threads, why), deviceName(ort, `wasm ${threads}`), oneAtATime);
    },
    original: async (model, pixels) => runOriginal(await cpuModule(), model, pixels, oneAtATime),
  };
}

function cpuProvider(threads: number, why: string | null): Provider {
  const single =
    threads > 1 || self.crossOriginIsolated
      ? null
      : "One thread only: this page is served without the headers that allow more (COOP and COEP).";
  return {
    kind: threads > 1 ? "wasm-threads" : "wasm",
    words: `Processor, ${threads} ${threads === 1 ? "thread" : "threads"}`,
    threads,
    why: [why, single].filter((part) => part !== null).join(" ") || null,
  };
}

async function findAdapter(): Promise<
  Readonly<{ adapter: GPUAdapter; isSoftware: boolean }> | Readonly<{ why: string }>
> {
  if (!self.isSecureContext) {
    return { why: "WebGPU needs a secure page (https, or localhost); this one is not." };
  }
  // lib.webworker promises `gpu`; browsers without WebGPU break the promise.
  const gpu: GPU | undefined = navigator.gpu;
  if (!gpu) return { why: "This browser has no WebGPU." };
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) return { why: "This browser has WebGPU, but found no graphics adapter it may use." };
  const { info } = adapter;
  const isSoftware =
    info.isFallbackAdapter || /swiftshader|llvmpipe|basic render/i.test(`${info.architecture} ${info.description}`);
  return { adapter, isSoftware };
}

/** What onnxruntime's kernels profit from, as far as the adapter has it. */
function deviceRequest(adapter: GPUAdapter): GPUDeviceDescriptor {
  const wanted: readonly GPUFeatureName[] = ["shader-f16", "subgroups", "timestamp-query"];
  const { limits } = adapter;
  return {
    requiredFeatures: wanted.filter((feature) => adapter.features.has(feature)),
    requiredLimits: {
      maxBufferSize: limits.maxBufferSize,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
      maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
      maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
    },
  };
}

function adapterName({ info }: GPUAdapter): string {
  const name = info.description || [info.vendor, info.architecture].filter(Boolean).join(" ");
  return name || "unnamed";
}

/** What an answer found on a device is kept under: with another browser or another driver it must be found again. */
const deviceName = (ort: OrtModule, where: string): string =>
  `${where}; onnxruntime-web ${ort.env.versions.web ?? "unknown"}; ${navigator.userAgent}`;

const adapterKey = ({ info }: GPUAdapter): string =>
  ["webgpu", info.vendor, info.architecture, info.device, info.description].join(" ");
