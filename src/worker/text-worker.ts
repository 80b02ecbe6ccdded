// Roof: the browser worker that encodes text, started when the first text is not in the library. Holds one encoder.
import { createLane, lanePriority } from "../base/lane.ts";
import { createTextEncoder } from "../platform/worker/text-encoder.ts";
import { type Port, serve } from "../protocol/rpc.ts";
import { type TextApi, type TextEncoder, type TextSource, textMethods } from "../protocol/text-encoder.ts";

declare const self: DedicatedWorkerGlobalScope;

const lane = createLane();
let held: Readonly<{ key: string; encoder: TextEncoder }> | null = null;

function keyOf(source: TextSource): string {
  if (source.kind !== "files") return JSON.stringify(source);
  return JSON.stringify(source.files.map(({ path, file }) => [path, file.size, file.lastModified]));
}

const api: TextApi = {
  encode({ source, texts }, options) {
    const signal = options?.signal ?? new AbortController().signal;
    return lane.run(
      lanePriority.click,
      async () => {
        const key = keyOf(source);
        if (held?.key !== key) {
          const old = held;
          held = null;
          await old?.encoder.release();
          held = { key, encoder: await createTextEncoder(source, signal) };
        }
        return held.encoder.encode(texts, signal);
      },
      signal,
    );
  },
};

// The scope differs from Port only in its overloads.
serve(api, textMethods, self as unknown as Port);
