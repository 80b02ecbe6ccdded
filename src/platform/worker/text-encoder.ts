// The text encoder on transformers.js, loaded when the first text is to be encoded. Knows that library and where its files come from;
// knows no prompts. It shares the one onnxruntime-web of this program.
import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url";
import { Fault, isAbort, isFault } from "../../base/fault.ts";
import type { TextEncoder, TextSource, TextVectors } from "../../protocol/text-encoder.ts";

const wayOn = "Texts of the library need no encoder.";
const mostFileBytes = 2 ** 30;
/** Only names: files of a folder or of a person are asked for under them, and answered here. */
const [givenBase, givenId] = ["/given-text-encoder/", "encoder"];

/** What the encoder is called, and under which name its files are asked for. */
function nameOf(source: TextSource): Readonly<{ id: string; words: string }> {
  switch (source.kind) {
    case "hub":
      return { id: source.id, words: source.id };
    case "folder":
      return { id: givenId, words: source.url.replace(/\/+$/, "").split("/").at(-1) ?? source.url };
    case "files":
      return { id: givenId, words: source.name };
    default:
      return source satisfies never;
  }
}

const absent = (): Response => new Response(null, { status: 404 });

/** Answers for a file of the encoder, wherever it lies; 404 where it is none. */
async function answer(source: TextSource, address: string, init: RequestInit): Promise<Response> {
  const prefix = `${givenBase}${givenId}/`;
  const at = address.indexOf(prefix);
  if (source.kind === "hub") return fetch(address, init);
  if (at < 0) return absent();
  const path = decodeURIComponent(address.slice(at + prefix.length));
  if (source.kind === "folder") {
    const response = await fetch(`${source.url.replace(/\/+$/, "")}/${path}`, init);
    // A host may answer with a page of its own where a file is not there: an encoder has no pages.
    return response.headers.get("content-type")?.startsWith("text/html") ? absent() : response;
  }
  const found = source.files.find((one) => one.path === path);
  if (!found) return absent();
  if (found.file.size > mostFileBytes) throw new Fault("limit", `"${path}" is too large for a text encoder.`);
  return new Response(await found.file.slice(0, found.file.size).arrayBuffer(), { status: 200 });
}

/**
 * Loads the encoder. Faults: network (hub, folder), read (files), each naming what was missing; rejects with AbortError. One at a time:
 * the library's settings are global.
 */
export async function createTextEncoder(source: TextSource, signal: AbortSignal): Promise<TextEncoder> {
  const { id, words } = nameOf(source);
  const { env, pipeline } = await import("@huggingface/transformers");
  signal.throwIfAborted();
  const { wasm } = env.backends.onnx;
  if (!wasm) throw new Fault("runtime", "The text encoder's runtime did not start.");
  // Not from the library's default, a server elsewhere.
  wasm.wasmPaths = { wasm: new URL(wasmUrl, self.location.href).href };
  wasm.numThreads = 1;
  env.useWasmCache = false;
  env.allowLocalModels = source.kind !== "hub";
  env.allowRemoteModels = source.kind === "hub";
  env.useBrowserCache = source.kind === "hub" && typeof caches !== "undefined";
  env.localModelPath = givenBase;
  env.fetch = (address, init) =>
    answer(source, String(address instanceof Request ? address.url : address), { ...init, signal });
  try {
    const extract = await pipeline("feature-extraction", id, { device: "wasm", dtype: "fp32" });
    return {
      async encode(texts, stop) {
        const vectors = new Map<string, Float32Array>();
        let width = 0;
        for (const text of texts) {
          stop.throwIfAborted();
          // One by one: padding of a batch would change the last digits.
          const { data } = await extract(text, { pooling: "mean", normalize: true });
          const vector = Float32Array.from(data as Float32Array);
          if (vector.length === 0 || !vector.every(Number.isFinite)) {
            throw new Fault("runtime", `The text encoder gave no vector of "${text.slice(0, 60)}".`);
          }
          width = vector.length;
          vectors.set(text, vector);
        }
        return { encoder: words, width, vectors } satisfies TextVectors;
      },
      release: async () => {
        await extract.dispose();
      },
    };
  } catch (error) {
    signal.throwIfAborted();
    if (isAbort(error) || isFault(error)) throw error;
    const kind = source.kind === "files" ? "read" : "network";
    const why = error instanceof Error ? error.message : String(error);
    throw new Fault(kind, `The text encoder "${words}" could not be loaded: ${why} ${wayOn}`, {}, error);
  }
}
