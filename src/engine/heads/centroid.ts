// Class centroids on centred, L2-normalised features (SimpleShot, Wang et al. 2019): the instant head, and every tuned head's start.
// Knows no model; the cosine head it gives is the one a prompt set stores.
import type { HeadExamples } from "./examples.ts";

/**
 * logits = temperature * cosine(feature - centre, weight[class]). `centre` is [width], `weight` [classes, width] row-major with
 * rows of length 1. A row of zeros is a class without examples: it is never answered.
 */
export type CosineHead = Readonly<{ centre: Float32Array; weight: Float32Array; temperature: number }>;

export declare function fitCentroids(examples: HeadExamples, temperature: number): CosineHead;
/** Softmax scores [rows, classes], row-major; each row sums to 1. `features` is [rows, width]. */
export declare function cosineScores(head: CosineHead, features: Float32Array): Float64Array;
