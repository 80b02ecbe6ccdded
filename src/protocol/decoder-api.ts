// Calls to a worker that decodes tiles for the slide worker. Knows no codec; what a tile is, the slide floor says.
import type { Method } from "./call.ts";

/** Progress comes once: the codec is loaded, decoding begins. Faults: damaged, unsupported, limit, read, network. */
export type DecoderApi<Tile, Pixels> = Readonly<{ decode: Method<Tile, Pixels, "started"> }>;

export const decoderMethods: Readonly<Record<keyof DecoderApi<unknown, unknown>, true>> = { decode: true };
