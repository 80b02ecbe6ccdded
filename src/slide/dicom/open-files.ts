// A DICOM slide from files: one instance each, several of them one slide. Knows no host; closes what it was given.
import { Fault } from "../../base/fault.ts";
import type { ByteSource } from "../byte-source.ts";
import type { SlideReader } from "../slide-reader.ts";
import { tags, text } from "./attributes.ts";
import { codingOf, nativeFrameBytes } from "./frame-tile.ts";
import { openFrames } from "./frames.ts";
import { parseInstance } from "./instance.ts";
import { readDicomFile } from "./part10.ts";
import { dicomSlide, type Part } from "./pyramid.ts";

/** Faults: not-a-slide, unsupported, damaged, limit, invalid, and the sources' own; all sources are closed then. */
export async function openDicomFiles(sources: readonly ByteSource[], signal: AbortSignal): Promise<SlideReader> {
  const close = (): void => {
    for (const source of sources) source.close();
  };
  try {
    const parts: Part[] = [];
    let other: string | null = null;
    for (const source of sources) {
      signal.throwIfAborted();
      const file = await readDicomFile(source, signal);
      const instance = parseInstance(file.attributes, file.transferSyntax, source.name);
      if (!instance) {
        other = text(file.attributes, tags.modality);
        continue;
      }
      if (instance.kind !== "volume") {
        // Labels name patients: their pixels are not even looked for before somebody asks.
        const read = async (frame: number, one: AbortSignal) => {
          const own = await openFrames(file, instance.frames, nativeFrameBytes(instance), one);
          return { bytes: await own.read(frame, one), transferSyntax: file.transferSyntax };
        };
        parts.push({ instance, read });
        continue;
      }
      codingOf(file.transferSyntax);
      const frames = await openFrames(file, instance.frames, nativeFrameBytes(instance), signal);
      parts.push({
        instance,
        read: async (frame, one) => ({ bytes: await frames.read(frame, one), transferSyntax: file.transferSyntax }),
      });
    }
    if (parts.length === 0) {
      throw new Fault(
        "not-a-slide",
        `This is a DICOM file, but no whole slide image${other ? ` (its modality is ${other})` : ""}. Open the files of a slide (SM).`,
      );
    }
    return await dicomSlide(parts, "DICOM", close, signal);
  } catch (error) {
    close();
    throw error;
  }
}
