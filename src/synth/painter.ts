// Draws any rectangle of a generated slide at level 0, the same bytes wherever it is cut. Knows no file format.
import { createCanvas } from "./canvas.ts";
import { hash2, subSeed } from "./hash.ts";
import type { Layout } from "./layout.ts";
import { noise2 } from "./noise.ts";
import { paintCells } from "./paint-cells.ts";
import { paintCrypts } from "./paint-crypts.ts";
import { paintGrades } from "./paint-grades.ts";
import { paintGround } from "./paint-ground.ts";
import { paintTumour } from "./paint-tumour.ts";
import type { Scene } from "./scene.ts";
import type { SlideStyle } from "./style.ts";
import { tissueNumber } from "./tissue.ts";

/** um/px of what is drawn. */
export const drawnMpp = 0.5;

export type Painter = Readonly<{
  layout: Layout;
  /** RGB, row-major, `width * height * 3` bytes; x and y may be any whole numbers. */
  draw(x: number, y: number, width: number, height: number): Uint8Array;
}>;

/** The microscope's blur: half the weight on the pixel itself, the rest on its four neighbours. */
function blurred(values: Float32Array, i: number, stride: number): number {
  return values[i]! * 0.5 + (values[i - 1]! + values[i + 1]! + values[i - stride]! + values[i + stride]!) * 0.125;
}

export function createPainter(seed: number, style: SlideStyle, layout: Layout): Painter {
  const thickness = subSeed(seed, "thickness");
  const grain = subSeed(seed, "grain");
  const { hematoxylin, eosin, background } = style;

  const develop = (scene: Scene, x: number, y: number, width: number, height: number): Uint8Array => {
    const out = new Uint8Array(width * height * 3);
    const { canvas } = scene;
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const i = (row + 1) * canvas.width + column + 1;
        const px = x + column;
        const py = y + row;
        const thick = 1 + style.thickness * 2 * (noise2(thickness, px / 640, py / 640) - 0.5);
        // Fine unevenness of the stain itself: tissue is never flat, and flat areas look drawn.
        const mottle =
          thick *
          (0.86 + 0.2 * noise2(thickness + 1, px / 4.3, py / 4.3) + 0.1 * noise2(thickness + 2, px / 17, py / 17));
        const h = blurred(canvas.h, i, canvas.width) * mottle * style.hematoxylinAmount;
        const e = blurred(canvas.e, i, canvas.width) * mottle * style.eosinAmount;
        const bits = hash2(grain, px, py);
        const noise = (((bits & 0xff) + ((bits >>> 8) & 0xff) + ((bits >>> 16) & 0xff)) / 382.5 - 1) * 2 * style.grain;
        const at = (row * width + column) * 3;
        for (let c = 0; c < 3; c++) {
          const light = background[c]! * Math.exp(-(h * hematoxylin[c]! + e * eosin[c]!));
          out[at + c] = Math.max(0, Math.min(255, Math.round(light + noise)));
        }
      }
    }
    return out;
  };

  return {
    layout,
    draw(x, y, width, height) {
      // One pixel more on each side, for the blur.
      const canvas = createCanvas(x - 1, y - 1, width + 2, height + 2);
      const area = layout.area(canvas.x, canvas.y, canvas.width, canvas.height);
      const scene: Scene = { canvas, area, layout, style, seed };
      if (area.some((tissue) => tissue !== tissueNumber.glass)) {
        paintGround(scene);
      }
      // Cells and glands of a neighbouring tissue may reach in, also where this rectangle is all glass.
      paintCells(scene);
      paintCrypts(scene);
      paintTumour(scene);
      paintGrades(scene);
      return develop(scene, x, y, width, height);
    },
  };
}
