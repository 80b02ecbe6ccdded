// The browser's part of the suite: jax-js in the same page, dispatches and weights on WebGPU, gradients there. Knows names of figures.
import { cpus } from "node:os";
import { type Figure, figure, type Measured, ratios } from "../figure.ts";
import { attempt } from "./attempt.ts";
import { type BenchPage, openPage, type PageOptions } from "./browser.ts";
import type { GradientError } from "./grad-error.ts";
import { lossTolerance } from "./on-processor.ts";
import type { JaxReport } from "./pages/jaxjs.ts";
import type { Counts, GpuGradients } from "./pages/webgpu.ts";
import { race } from "./race.ts";
import { versioned } from "./versions.ts";
import { tokensPerBlock, variants } from "./workload.ts";

export type BrowserOptions = Readonly<{ fast: boolean; log: (line: string) => void }>;

const softwareWebGpu = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];
const realWebGpu = ["--enable-unsafe-webgpu", "--enable-features=Vulkan"];
const processor = `${cpus()[0]?.model.trim() ?? "unknown processor"}, ${cpus().length} cores`;

/** Runs one piece on one page; whatever it cannot do becomes a reason. */
function onPage(
  name: string,
  options: PageOptions,
  measure: (page: BenchPage) => Promise<readonly Figure[]>,
): Promise<Measured> {
  return attempt(name, async () => {
    const page = await openPage(options);
    try {
      return { figures: await measure(page), leftOut: [] };
    } finally {
      await page.close();
    }
  });
}

/** `threads`: of both sides. */
export function measureJaxJs(
  device: "wasm" | "webgpu",
  threads: number,
  { fast, log }: BrowserOptions,
): Promise<Measured> {
  const provider = device === "wasm" && threads > 1 ? "wasm-threads" : device;
  const name = `engine.vs_jaxjs.${provider}`;
  const options = { page: "jaxjs", threads, args: device === "webgpu" ? realWebGpu : [] } as const;
  const batch = fast ? 1 : 2;
  return onPage(name, options, async (page) => {
    log(`jax-js and onnxruntime-web in one page, ${provider}: preparing`);
    const report = await page.call<JaxReport>("prepare", { batch, device });
    const { ourLoss, peerLoss, gradientApart } = report;
    log(
      `  loss ${ourLoss.toFixed(6)}, jax-js ${peerLoss.toFixed(6)}, gradients ${gradientApart.toExponential(1)} apart`,
    );
    const apart = Math.abs(ourLoss - peerLoss) / Math.abs(peerLoss);
    if (!(apart <= lossTolerance && gradientApart <= 1e-3)) {
      throw new Error(`the losses are ${ourLoss} and ${peerLoss}, the gradients ${gradientApart} apart: not the same`);
    }
    const contenders = (["ours", "peer"] as const).map((side) => ({ name: side, run: () => page.call<number>(side) }));
    const times = await race(contenders, { rounds: fast ? 1 : 5, warm: true }, log);
    const ratio = ratios(times.get("peer") ?? [], times.get("ours") ?? []);
    const sizes = `ViT-Tiny of random weights (12 blocks, width 192), last 4 blocks, batch ${batch}, ${tokensPerBlock} tokens a block`;
    const [jax, onnx, ort] = ["@jax-js/jax", "@jax-js/onnx", "onnxruntime-web"].map(versioned);
    const peers = `jit(valueAndGrad) of ${jax} with ${onnx} over the step of ${ort}`;
    return [figure(name, ratio, "1", `${processor}; ${page.browser}; ${report.provider}; ${peers}; ${sizes}`)];
  });
}

const onSoftware = { page: "webgpu", threads: cpus().length, args: softwareWebGpu } as const;

/** Counts on the software adapter, which every machine has. */
export function countOnWebGpu({ log }: BrowserOptions): Promise<Measured> {
  return onPage("engine.dispatches.last4, engine.weight_copies", onSoftware, async (page) => {
    log("WebGPU on the software adapter: counting dispatches and weights");
    const counts = await page.call<Counts>("count");
    const { weightBytes, compiledBytes, matrixBytes, matrixBytesOnce } = counts;
    const byKernel = Object.entries(counts.dispatches).toSorted(([, a], [, b]) => b - a);
    const dispatches = byKernel.reduce((sum, [, n]) => sum + n, 0);
    log(`  ${dispatches} dispatches: ${byKernel.map(([kernel, n]) => `${n} ${kernel}`).join(", ")}`);
    const on = `${page.browser}, ${counts.adapter}; 12 blocks, width 96, batch 1, ${tokensPerBlock} tokens a block`;
    // The larger of two counts: everything on the device when all is compiled, and what has a weight matrix's size after runs.
    const copies = Math.max(compiledBytes / weightBytes, matrixBytes / matrixBytesOnce);
    const kinds = "4 instance tokens and 1 of text beside them";
    const both = "base, upper and train graphs for two first blocks";
    return [
      figure("engine.dispatches.last4", [dispatches], "dispatches", on),
      figure("engine.dispatches.last4.all_kinds", [counts.dispatchesOfAllKinds], "dispatches", `${on}; ${kinds}`),
      figure("engine.weight_copies", [copies], "1", `${on}; ${both}`),
    ];
  });
}

/** Gradients against PyTorch's on the software adapter. */
export function gradientsOnWebGpu({ fast, log }: BrowserOptions): Promise<Measured> {
  return onPage("engine.grad_error.webgpu", onSoftware, async (page) => {
    log("WebGPU on the software adapter: gradients");
    const variants = ["timm-p8-cls-legacy11", "timm-p14-reg4-dynamo20", "hf-dinov2-reg-swiglu-dynamo20"];
    const { worst, adapter } = await page.call<GpuGradients>("gradients", {
      variants: fast ? variants.slice(0, 1) : variants,
      cases: ["deep20"],
    });
    return [gradientFigure("webgpu", worst, `${page.browser}, ${adapter}`)];
  });
}

export function gradientFigure(provider: string, worst: GradientError, where: string): Figure {
  const on = `${where}; test/fixtures/vit-corpus, ${worst.tensors} tensors, worst: ${worst.where}`;
  return { ...figure(`engine.grad_error.${provider}`, [worst.error], "1", on), n: worst.tensors };
}

/** Times on a real graphics adapter; left out where there is none. */
export function timeOnWebGpu(model: "vit-tiny" | "vit-s16", batch: number, options: BrowserOptions): Promise<Measured> {
  const { fast, log } = options;
  const name = `engine.forward_ms.${model}.webgpu, engine.step_ratio.*.${model}.webgpu`;
  return onPage(name, { page: "webgpu-times", threads: 1, args: realWebGpu }, async (page) => {
    const adapter = await page.call<string>("open", { model, batch, software: "refuse" });
    const contenders = ["forward", ...variants].map((part) => ({
      name: part,
      run: () => page.call<number>("run", part),
    }));
    const times = await race(contenders, { rounds: fast ? 2 : 20, warm: true }, log);
    const forward = times.get("forward") ?? [];
    const on = `${page.browser}, ${adapter}; ${versioned("onnxruntime-web")}; ${model} of random weights, batch ${batch}, ${tokensPerBlock} tokens a block`;
    return [
      figure(`engine.forward_ms.${model}.webgpu`, forward, "ms", on),
      ...variants.map((variant) =>
        figure(`engine.step_ratio.${variant}.${model}.webgpu`, ratios(times.get(variant) ?? [], forward), "1", on),
      ),
    ];
  });
}
