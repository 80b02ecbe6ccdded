// Features of patches in several views, and how they become one row a patch. Knows no classes and no model.
import { assert } from "../../base/fault.ts";

/** `values` is [patches, views, width], row-major. */
export type ViewTable = Readonly<{ values: Float32Array; views: number; width: number }>;

export function patchCount({ values, views, width }: ViewTable): number {
  const stride = views * width;
  assert(stride > 0 && values.length % stride === 0, `${values.length} features are no patches of ${views} x ${width}`);
  return values.length / stride;
}

/**
 * [patches, width]: the mean of the features over the views. Tissue has no upright, and what a backbone says of a patch's lie is noise
 * to a class; averaging features (not probabilities) keeps one row a patch for every method and for the labels alike.
 */
export function meanOverViews(table: ViewTable): Float32Array {
  const { values, views, width } = table;
  const patches = patchCount(table);
  const out = new Float32Array(patches * width);
  for (let patch = 0; patch < patches; patch++) {
    for (let j = 0; j < width; j++) {
      let sum = 0;
      for (let view = 0; view < views; view++) sum += values[(patch * views + view) * width + j]!;
      out[patch * width + j] = sum / views;
    }
  }
  return out;
}
