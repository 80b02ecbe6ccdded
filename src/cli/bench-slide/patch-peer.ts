// What another reader of slides must do to stand beside ours: the same patches, pass by pass. Knows no reader.

/** Which pixels a patch is made of: a window of a level, and the box within it that is resampled. */
export type PeerPatch = Readonly<{
  /** The window's corner in pixels of level 0, for readers that place by it. */
  at: readonly [number, number];
  downsample: number;
  /** The level's width, for readers that count its own pixels from `origin`. */
  levelWidth: number;
  origin: readonly [number, number];
  /** Pixels of the level. */
  size: readonly [number, number];
  /** Within the window; null: as it is. */
  box: readonly [number, number, number, number] | null;
  pixels: number;
}>;

export type PatchPeer = Readonly<{
  /** "OpenSlide 4.0.0, Pillow 11". */
  version: string;
  /** Of all bytes of each patch: tells whether it reads what we read. */
  sums: readonly number[];
  /** All patches once, of a slide opened anew; opening is not counted. */
  pass(): Promise<Readonly<{ patches: number; ms: number }>>;
  close(): void;
}>;

/** Sums of the patches' bytes. */
export const sumOf = (rgb: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < rgb.length; i++) sum += rgb[i] ?? 0;
  return sum;
};
