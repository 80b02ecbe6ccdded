// A slide's native levels as an OpenSeadragon tile source, in stored colours or managed ones. Asks for decoded tiles; knows no file
// format and no worker.
import OpenSeadragon from "openseadragon";
import { isAbort } from "../base/fault.ts";
import type { Level, SlideInfo } from "../domain/slide.ts";
import type { TileImage } from "../protocol/call.ts";
import type { SlideApi } from "../protocol/slide-api.ts";

export type TileAsker = SlideApi["tile"];

/** As they are in the file, or through the slide's ICC profile to the screen's. */
export type TileColours = "stored" | "profile";

/** OpenSeadragon counts levels from the smallest; ours count from full resolution. */
export class SlideTileSource extends OpenSeadragon.TileSource {
  readonly #slide: SlideInfo;
  readonly #ask: TileAsker;
  readonly #colours: TileColours;
  readonly #onFailure: (error: unknown, colours: TileColours) => void;

  constructor(
    slide: SlideInfo,
    ask: TileAsker,
    colours: TileColours,
    onFailure: (error: unknown, colours: TileColours) => void,
  ) {
    super({
      width: slide.width,
      height: slide.height,
      tileOverlap: 0,
      minLevel: 0,
      maxLevel: slide.levels.length - 1,
    });
    this.#slide = slide;
    this.#ask = ask;
    this.#colours = colours;
    this.#onFailure = onFailure;
  }

  #level(osdLevel: number): Level {
    const level = this.#slide.levels[this.#slide.levels.length - 1 - osdLevel];
    if (!level) throw new Error(`assertion failed: the slide has no level for zoom ${osdLevel}`);
    return level;
  }

  override getLevelScale(level: number): number {
    return this.#level(level).width / this.#slide.width;
  }
  override getTileWidth(level: number): number {
    return this.#level(level).tileWidth;
  }
  override getTileHeight(level: number): number {
    return this.#level(level).tileHeight;
  }
  override getNumTiles(level: number): OpenSeadragon.Point {
    const { columns, rows } = this.#level(level);
    return new OpenSeadragon.Point(columns, rows);
  }

  /** A level's height is seldom exactly the width's ratio times level 0's: each axis gets its own scale. */
  override getTileBounds(level: number, x: number, y: number, isSource?: boolean): OpenSeadragon.Rect {
    const l = this.#level(level);
    const [left, top] = [x * l.tileWidth, y * l.tileHeight];
    const [width, height] = [Math.min(l.tileWidth, l.width - left), Math.min(l.tileHeight, l.height - top)];
    if (isSource) return new OpenSeadragon.Rect(0, 0, width, height);
    const aspect = this.#slide.height / this.#slide.width;
    return new OpenSeadragon.Rect(
      left / l.width,
      (top / l.height) * aspect,
      width / l.width,
      (height / l.height) * aspect,
    );
  }

  override tileExists(level: number, x: number, y: number): boolean {
    if (level < 0 || level > this.maxLevel) return false;
    const { columns, rows } = this.#level(level);
    return x >= 0 && y >= 0 && x < columns && y < rows;
  }
  override getTileUrl(level: number, x: number, y: number): string {
    // Also the key of the cache: one place has two pictures.
    return `slide:${this.#slide.id}/${this.#colours}/${level}/${x}_${y}`;
  }
  override getTileHashKey(level: number, x: number, y: number): string {
    return this.getTileUrl(level, x, y);
  }
  override hasTransparency(): boolean {
    return false;
  }
  override equals(other: OpenSeadragon.TileSource): boolean {
    return other instanceof SlideTileSource && other.#slide.id === this.#slide.id && other.#colours === this.#colours;
  }

  override downloadTileStart(job: OpenSeadragon.ImageJob): void {
    const controller = new AbortController();
    job.userData = controller;
    void this.#download(job, controller.signal);
  }

  /** Only cancels: calling job.abort() here would loop (OpenSeadragon's own words). */
  override downloadTileAbort(job: OpenSeadragon.ImageJob): void {
    if (job.userData instanceof AbortController) job.userData.abort();
  }

  async #download(job: OpenSeadragon.ImageJob, signal: AbortSignal): Promise<void> {
    const { level, x, y } = job.tile;
    const l = this.#level(level);
    try {
      const place = { slideId: this.#slide.id, level: l.index, column: x, row: y };
      const params = this.#colours === "profile" ? { ...place, managed: true } : place;
      const { width, height } = this.getTileBounds(level, x, y, true);
      const tile = await unpadded(
        (await this.#ask(params, { signal })) ?? missingTile(l.tileWidth, l.tileHeight),
        width,
        height,
      );
      if (signal.aborted) tile.close();
      else job.finish(tile, null, "imageBitmap");
    } catch (error) {
      if (!isAbort(error)) this.#onFailure(error, this.#colours);
      if (!signal.aborted) job.fail(error instanceof Error ? error.message : String(error), null);
    }
  }
}

/** Filtering looks half a pixel beyond a tile's part inside its level: padding would be a line at the slide's edge. */
async function unpadded(tile: TileImage, width: number, height: number): Promise<TileImage> {
  if (!(tile instanceof ImageBitmap) || (tile.width <= width && tile.height <= height)) return tile;
  try {
    return await createImageBitmap(tile, 0, 0, Math.min(tile.width, width), Math.min(tile.height, height));
  } finally {
    tile.close();
  }
}

/** A tile the file does not have: faintly hatched, so that it is not taken for glass. */
function missingTile(width: number, height: number): ImageBitmap {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (context) {
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, width, height);
    context.strokeStyle = "#e4e6e9";
    context.lineWidth = 2;
    context.beginPath();
    for (let at = -height; at < width; at += 32) {
      context.moveTo(at, height);
      context.lineTo(at + height, 0);
    }
    context.stroke();
  }
  return canvas.transferToImageBitmap();
}
