// Exchanges a slide's tiles for the same tiles in other colours while the view stays. Knows OpenSeadragon's world of one image; not
// what a colour profile is.
import type OpenSeadragon from "openseadragon";
import type { TileColours } from "./slide-tile-source.ts";

export type ColourSwap = Readonly<{
  /** What is wanted from now on, also before `begin`. */
  want(colours: TileColours): void;
  /** The first image is there, in stored colours. */
  begin(): void;
}>;

/** @param onSwapped the image that is there now; the one before is gone */
export function createColourSwap(
  viewer: OpenSeadragon.Viewer,
  sourceIn: (colours: TileColours) => OpenSeadragon.TileSource,
  onSwapped: (image: OpenSeadragon.TiledImage) => void,
): ColourSwap {
  let shown: TileColours | null = null;
  let wanted: TileColours = "stored";
  let swapping = false;
  /** One at a time: of two at once OpenSeadragon would keep both, the older one above. */
  const swap = (): void => {
    if (swapping || shown === null || shown === wanted || viewer.world.getItemCount() === 0) return;
    const next = wanted;
    swapping = true;
    viewer.addTiledImage({
      tileSource: sourceIn(next),
      index: 0,
      replace: true,
      success: () => {
        swapping = false;
        shown = next;
        onSwapped(viewer.world.getItemAt(0));
        swap();
      },
      error: () => {
        swapping = false;
      },
    });
  };
  return {
    want(colours) {
      wanted = colours;
      swap();
    },
    begin() {
      shown = "stored";
      swap();
    },
  };
}
