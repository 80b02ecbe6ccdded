// Vectors of text for the page: the shipped library, fetched when it is first asked, and the text worker, started when the library lacks a
// text and the person chose an encoder. Knows the worker; knows no prompts.
import { Fault, toFault } from "../base/fault.ts";
import { parseTextLibrary, type TextLibrary } from "../domain/text-library.ts";
import { type Connection, connect, type Port } from "../protocol/rpc.ts";
import { type TextApi, type TextSource, type Texts, textMethods } from "../protocol/text-encoder.ts";

export function createTexts(libraryUrl: string): Texts {
  let library: Promise<TextLibrary> | null = null;
  let held: Readonly<{ worker: Worker; connection: Connection<TextApi> }> | null = null;
  let source: TextSource | null = null;

  const getLibrary = async (signal: AbortSignal): Promise<TextLibrary> => {
    library ??= fetchLibrary(libraryUrl);
    // A failure is not remembered: the next try may find the network again.
    library.catch(() => {
      library = null;
    });
    const found = await library;
    signal.throwIfAborted();
    return found;
  };
  const release = (): void => {
    held?.worker.terminate();
    held = null;
  };
  const worker = (): Connection<TextApi> => {
    if (held) return held.connection;
    const started = new Worker(new URL("../worker/text-worker.ts", import.meta.url), { type: "module" });
    // The DOM's Worker differs from Port only in its overloads.
    const connection = connect<TextApi>(textMethods, started as unknown as Port, { onDeath: release });
    held = { worker: started, connection };
    return connection;
  };
  const missing: Texts["missing"] = async (texts, signal) => {
    const { find } = await getLibrary(signal);
    return texts.filter((text) => find(text) === null);
  };

  return {
    missing,
    templates: async (signal) => (await getLibrary(signal)).templates,
    async vectorsOf(texts, signal) {
      if (source) {
        // Without the library a chosen encoder still answers.
        const lacks = await missing(texts, signal).catch(() => texts);
        signal.throwIfAborted();
        if (lacks.length > 0) return worker().api.encode({ source, texts }, { signal });
      }
      const found = await getLibrary(signal);
      const vectors = new Map<string, Float32Array>();
      const lacking: string[] = [];
      for (const text of texts) {
        const vector = found.find(text);
        if (vector) vectors.set(text, vector);
        else lacking.push(text);
      }
      if (lacking.length > 0) throw notThere(lacking);
      return { encoder: `${found.encoder} (library)`, width: found.width, vectors };
    },
    choose(next) {
      source = next;
      // Another encoder, or none: what the last one held is given back.
      release();
    },
  };
}

function notThere(texts: readonly string[]): Fault {
  const named = texts.slice(0, 3).map((text) => `"${text}"`);
  const more = texts.length > 3 ? ` and ${texts.length - 3} more` : "";
  return new Fault(
    "invalid",
    `${named.join(", ")}${more} ${texts.length === 1 ? "is" : "are"} not in the library of encoded texts. ` +
      "Choose an encoder under Advanced, or words that are in the library.",
    { texts },
  );
}

async function fetchLibrary(url: string): Promise<TextLibrary> {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Fault("network", `The library of texts could not be fetched (${response.status}).`);
    return parseTextLibrary(new Uint8Array(await response.arrayBuffer()));
  } catch (error) {
    throw toFault(error, "network", "The library of texts could not be fetched");
  }
}
