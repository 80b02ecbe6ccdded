// The port for keeping maps: what was computed of a slide's places, chunk by chunk. Knows no storage.
import type { SlideId } from "../base/brand.ts";
import type { SheetChunk, SheetId, SheetRecord } from "../domain/map-sheet.ts";

/** Every method rejects with Fault `storage` where the browser refuses. */
export type MapStore = Readonly<{
  /** Sheets of a slide. `warnings`: entries that cannot be read; they are left out. */
  list(slideId: SlideId): Promise<Readonly<{ sheets: readonly SheetRecord[]; warnings: readonly string[] }>>;
  put(record: SheetRecord): Promise<void>;
  /** Resolves once the places are kept. Later chunks stand before earlier ones where they name the same place. */
  append(record: SheetRecord, chunk: SheetChunk): Promise<void>;
  /** In the order they were appended; damaged ones are left out and counted. `features` false: chunks come without them. */
  chunks(
    record: SheetRecord,
    options: Readonly<{ features: boolean }>,
  ): Promise<Readonly<{ chunks: readonly SheetChunk[]; damaged: number }>>;
  remove(id: SheetId): Promise<void>;
}>;
