// A TIFF pyramid without every second level, as scanners write them (1, 4, 16): then a patch of twice the level's um/px must be shrunk.
// Knows classic little-endian TIFF as src/synth/tiff-writer.ts writes it; no pixels.
import { assert } from "../../base/fault.ts";

type Directory = Readonly<{ at: number /** Where the offset of the directory after it lies. */; link: number }>;

/** The same bytes with directories 1, 3, 5, ... out of the chain. */
export function everySecondLevel(tiff: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(tiff);
  const view = new DataView(bytes.buffer);
  assert(view.getUint32(0, true) === 0x002a4949, "a classic little-endian TIFF");
  const directories: Directory[] = [];
  for (let at = view.getUint32(4, true); at !== 0; ) {
    assert(directories.length < 64, "a chain of directories ends");
    const link = at + 2 + view.getUint16(at, true) * 12;
    directories.push({ at, link });
    at = view.getUint32(link, true);
  }
  const kept = directories.filter((_, i) => i % 2 === 0);
  kept.forEach(({ link }, i) => {
    view.setUint32(link, kept[i + 1]?.at ?? 0, true);
  });
  return bytes;
}
