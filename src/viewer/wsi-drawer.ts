// OpenSeadragon's WebGL drawer, taught to take ImageBitmaps as they are and to show every tile in its own place. Knows only that drawer.
// The stock drawer of 6.1.1 accepts "context2d" and "image" and converts everything else on the main thread, leaking one object
// URL per tile (openseadragon#2964). `_supportedFormats` is private: OpenSeadragon is pinned exactly, and a test looks at it.
import OpenSeadragon from "openseadragon";
import { assert } from "../base/fault.ts";

export class WsiDrawer extends OpenSeadragon.WebGLDrawer {
  constructor(options: OpenSeadragon.DrawerConstructorParameters) {
    super(options);
    Object.assign(this, { _supportedFormats: ["imageBitmap", "context2d", "image"] });
  }
  override getType(): string {
    return "wsi-webgl";
  }

  /** Called by the stock drawer for each of its programs, also after a lost context. */
  static initShaderProgram(gl: WebGLRenderingContext, vertex: string, fragment: string): WebGLProgram | null {
    return stockProgram(gl, vertex, withExactTile(fragment));
  }
}

type MakeProgram = (gl: WebGLRenderingContext, vertex: string, fragment: string) => WebGLProgram | null;
const stockProgram: MakeProgram = Reflect.get(OpenSeadragon.WebGLDrawer, "initShaderProgram");

/**
 * Which tile's texture a pixel shows comes as an interpolated number, and the stock shader cuts it off: where the slide is turned, 3 may
 * arrive as 2.9999, and the pixel shows another tile's tissue. Rounded, it shows its own.
 */
export function withExactTile(fragment: string): string {
  const rounded = fragment.replaceAll("int(v_image_index)", "int(v_image_index + 0.5)");
  assert(
    rounded !== fragment || !fragment.includes("v_image_index"),
    "the drawer's shader is the one this was written for",
  );
  return rounded;
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
