// Encodes texts in the text worker, from a folder by its address and from the same files as a person gives them. Knows the api only.
import { connect, type Port } from "../../../src/protocol/rpc.ts";
import { type TextApi, type TextSource, textMethods } from "../../../src/protocol/text-encoder.ts";

const folder = new URL("/test/fixtures/tiny-bert", location.href).href;
const paths = ["config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx"];

async function encode(kind: "folder" | "files" | "missing", texts: readonly string[]): Promise<unknown> {
  const worker = new Worker(new URL("../../../src/worker/text-worker.ts", import.meta.url), { type: "module" });
  const { api } = connect<TextApi>(textMethods, worker as unknown as Port, { onDeath: () => {} });
  const files = await Promise.all(
    paths.map(async (path) => ({ path, file: new File([await (await fetch(`${folder}/${path}`)).blob()], path) })),
  );
  const sources: Record<typeof kind, TextSource> = {
    folder: { kind: "folder", url: folder },
    files: { kind: "files", name: "my encoder", files },
    missing: { kind: "files", name: "my encoder", files: files.slice(0, 3) },
  };
  try {
    const { encoder, width, vectors } = await api.encode({ source: sources[kind], texts });
    const again = await api.encode({ source: sources[kind], texts });
    return {
      encoder,
      width,
      vectors: texts.map((text) => [...(vectors.get(text) ?? [])]),
      same: again.width === width,
    };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  } finally {
    worker.terminate();
  }
}

Object.assign(window, { encode });
