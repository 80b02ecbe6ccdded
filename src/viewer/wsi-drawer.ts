// OpenSeadragon's WebGL drawer, taught to take ImageBitmaps as they are. Knows only that drawer.
// The stock drawer of 6.1.1 accepts "context2d" and "image" and converts everything else on the main thread, leaking one object
// URL per tile (openseadragon#2964). `_supportedFormats` is private: OpenSeadragon is pinned exactly, and a test looks at it.
import OpenSeadragon from "openseadragon";

export class WsiDrawer extends OpenSeadragon.WebGLDrawer {
  constructor(options: OpenSeadragon.DrawerConstructorParameters) {
    super(options);
    Object.assign(this, { _supportedFormats: ["imageBitmap", "context2d", "image"] });
  }
  override getType(): string {
    return "wsi-webgl";
  }
}

let learned = false;

/** ImageBitmaps hold GPU memory: without this they wait for the garbage collector. */
export function closeBitmapsWithTiles(): void {
  if (learned) return;
  learned = true;
  OpenSeadragon.converter.learnDestroy("imageBitmap", (bitmap: unknown) => {
    if (bitmap instanceof ImageBitmap) bitmap.close();
  });
}
