// How a way of naming tensors is described, so that one reader serves all: where each key belongs. Knows no particular naming.

/**
 * Where a key of a checkpoint belongs: a part of a tensor under timm's name (parts are stacked along the first axis, in the order of
 * `index`), or nowhere, because features do not need it (`ignored` says what it is).
 */
export type KeyPlace =
  | Readonly<{ kind: "part"; key: string; part: string; index: number; count: number }>
  | Readonly<{ kind: "ignored"; what: string }>;

export type CheckpointLayout = "timm" | "hf-vit" | "hf-dinov2";

export type KeyLayout = Readonly<{
  id: CheckpointLayout;
  name: string;
  /** Every network of this layout has one key that ends so; what stands before it stands before all its keys. */
  anchor: string;
  /** A piece of a key only this layout has: layouts may share an anchor. */
  mark: RegExp;
  /** `key` without the prefix; null where this layout knows nothing of it. */
  place(key: string): KeyPlace | null;
}>;

export const whole = (key: string): KeyPlace => ({ kind: "part", key, part: "", index: 0, count: 1 });

export const part = (key: string, name: string, index: number, count: number): KeyPlace => ({
  kind: "part",
  key,
  part: name,
  index,
  count,
});

export const ignored = (what: string): KeyPlace => ({ kind: "ignored", what });

/** What training leaves beside a backbone, whatever its naming: the only keys that may be left out without being understood. */
export function placeOfExtra(key: string): KeyPlace | null {
  const [, head] = /^(?:[A-Za-z_]+\.){0,2}(dino_head|ibot_head|projection_head|predictor)\./.exec(key) ?? [];
  if (head !== undefined) return ignored("a head of its pre-training");
  // Inside a block nothing may be left out.
  if (/(^|\.)(blocks|layers?)\.\d/.test(key)) return null;
  if (/^(?:[A-Za-z_]+\.){0,2}(head|classifier|fc)\.(fc\.)?(weight|bias)$/.test(key)) return ignored("a classifier");
  return /^(?:[A-Za-z_]+\.){0,2}mask_token$/.test(key) ? ignored("the mask token of its pre-training") : null;
}
