// The normalisations nearly all published backbones use, by name; others are six numbers. Knows no model.
import type { Normalisation } from "../domain/model.ts";
import { type Plain, say } from "../words/say.ts";

export type NormalisationKind = "imagenet" | "half" | "plain" | "custom";

/** `value` null: stated number by number. */
export const normalisationKinds: readonly Readonly<{
  id: NormalisationKind;
  words: Plain;
  value: Normalisation | null;
}>[] = [
  {
    id: "imagenet",
    words: "ImageNet (mean 0.485, 0.456, 0.406)",
    value: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  },
  { id: "half", words: "0.5 / 0.5 (pixels become −1 to 1)", value: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } },
  { id: "plain", words: "None (pixels stay 0 to 1)", value: { mean: [0, 0, 0], std: [1, 1, 1] } },
  { id: "custom", words: "Other mean and standard deviation", value: null },
];

export function kindOfNormalisation({ mean, std }: Normalisation): NormalisationKind {
  const same = (a: readonly number[], b: readonly number[]): boolean => a.every((value, i) => value === b[i]);
  const found = normalisationKinds.find(({ value }) => value && same(value.mean, mean) && same(value.std, std));
  return found?.id ?? "custom";
}

/** "mean 0.485, 0.456, 0.406; std 0.229, 0.224, 0.225". */
export const normalisationWords = ({ mean, std }: Normalisation): string =>
  say("mean {mean}; std {std}", { mean: mean.join(", "), std: std.join(", ") });
