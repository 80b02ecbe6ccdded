// What every call across a border looks like. Knows no transport (rpc.ts) and no api.

/** Options of a call: `signal` cancels on the far side, `onProgress` gets progress values while it runs. */
export type CallOptions<Progress = never> = Readonly<{
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}>;

/** An api is an interface of methods with one plain-data parameter. */
export type Method<Params, Result, Progress = never> = (
  params: Params,
  options?: CallOptions<Progress>,
) => Promise<Result>;

/** Structural: an ImageBitmap in browsers. */
export type TileImage = Readonly<{ width: number; height: number; close(): void }>;

/** Structural: a File in browsers. */
export type LocalFile = Readonly<{
  name: string;
  size: number;
  lastModified: number;
  slice(start: number, end: number): Readonly<{ arrayBuffer(): Promise<ArrayBuffer> }>;
}>;
