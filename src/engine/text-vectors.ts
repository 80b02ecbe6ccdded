// From a text's vector to tokens and rows of a head: fixed maps drawn from a seed, never trained, so that what the text says decides, and
// the controls that show whether it does. Knows vectors; knows no encoder and no graph.
import { Fault } from "../base/fault.ts";
import type { TextSettings } from "../domain/prompt-kinds.ts";
import { fillTemplate, promptKindLimits } from "../domain/prompt-kinds.ts";
import { nextUint32, normal, randomFor } from "../math/random.ts";
import type { TextVectors } from "../protocol/text-encoder.ts";
import type { TensorValue } from "./runtime.ts";

/** What a tuning makes of text: vectors as they enter the map, after the control. */
export type TextUse = Readonly<{ texts: readonly string[]; vectors: readonly Float32Array[] }>;
export type RequestedText = Readonly<{ encoder: string; tokens: TextUse | null; head: TextUse | null }>;

/**
 * `classes`: names of those that have labels, in order. Problems name templates that cannot be filled and texts without a vector; null
 * where text is not asked for.
 */
export function readRequestedText(
  settings: TextSettings | undefined,
  vectors: TextVectors | undefined,
  classes: readonly string[],
  seed: number,
  problems: string[],
): RequestedText | null {
  if (!settings || (!settings.tokens && !settings.head)) return null;
  const use = (template: string, control: "none" | "random" | "permuted", what: string): TextUse => {
    const { texts, problems: own } = fillTemplate(template, settings, classes);
    problems.push(...own.map((problem) => `${what}: ${problem}`));
    if (texts.length > promptKindLimits.texts) problems.push(`${what}: ${texts.length} texts are too many`);
    const found = texts.map((text, i) => {
      const source = control === "permuted" ? (texts[(i + 1) % texts.length] ?? text) : text;
      const vector = vectors?.vectors.get(source);
      if (!isVector(vector, vectors?.width)) {
        problems.push(`${what}: "${source.slice(0, 60)}" has no embedding`);
        return new Float32Array();
      }
      return control === "random" ? randomOfLength(vector, seed, `${what} ${i}`) : vector;
    });
    return { texts, vectors: found };
  };
  const { tokens, head } = settings;
  const encoder = vectors?.encoder.trim().slice(0, 200) ?? "";
  if (encoder === "") problems.push("text: no encoder is named");
  if (head && !head.template.includes("{class}")) problems.push("head: its template must name {class}");
  return {
    encoder,
    tokens: tokens && use(tokens.template, tokens.control, "textual prompts"),
    head: head && use(head.template, head.control, "head"),
  };
}

const lengthOf = (vector: Float32Array): number => Math.hypot(...vector);

const isVector = (vector: Float32Array | undefined, width: number | undefined): vector is Float32Array =>
  vector !== undefined && vector.length === width && vector.every(Number.isFinite) && lengthOf(vector) > 0;

/** Says nothing of the text but how long its vector is. */
function randomOfLength(vector: Float32Array, seed: number, purpose: string): Float32Array {
  const random = randomFor(seed, `instead of text: ${purpose}`);
  const drawn = vector.map(() => normal(random));
  const factor = lengthOf(vector) / lengthOf(drawn);
  return drawn.map((x) => x * factor);
}

/**
 * Vectors [E] -> [width] by a matrix of random signs (Achlioptas 2003), the same for every task with this seed and exact on every machine:
 * a vector of length 1 becomes numbers of mean square 1, and angles between texts stay about what they were.
 */
export function projectVectors(vectors: readonly Float32Array[], width: number, seed: number): readonly Float32Array[] {
  const from = vectors[0]?.length ?? 0;
  const random = randomFor(seed, `text ${from} to ${width}`);
  const sums = vectors.map(() => new Float64Array(width));
  for (let i = 0; i < from; i++) {
    let bits = 0;
    for (let j = 0; j < width; j++) {
      bits = j % 32 === 0 ? nextUint32(random) : bits >>> 1;
      for (let v = 0; v < vectors.length; v++) {
        const x = vectors[v]![i]!;
        sums[v]![j]! += (bits & 1) === 1 ? x : -x;
      }
    }
  }
  return sums.map((sum) => Float32Array.from(sum));
}

/** Frozen tokens [X, width], each of mean square 1 before the number that a tuning trains for it. */
export function textTokens({ vectors }: TextUse, width: number, seed: number): TensorValue {
  const data = new Float32Array(vectors.length * width);
  projectVectors(vectors.map(unit), width, seed).forEach((token, i) => {
    data.set(token, i * width);
  });
  return { dims: [vectors.length, width], data };
}

function unit(vector: Float32Array): Float32Array {
  const length = lengthOf(vector);
  return vector.map((x) => x / (length || 1));
}

/**
 * Rows of a head whose directions lie between the labels' and the class's text: |row| unit((1 - share) unit(row) + share unit(P (e_c -
 * mean e))). Rows of zeros (classes without examples) stay so. Throws Fault `invalid` where two classes have the same text.
 */
export function withTexts(
  { weight: given, centre }: Readonly<{ weight: Float32Array; centre: Float32Array }>,
  { vectors, texts }: TextUse,
  share: number,
  projectionSeed: number,
): Float32Array {
  if (share === 0) return given;
  const width = centre.length;
  const own = vectors.map(unit);
  const mean = own[0]!.map((_, i) => own.reduce((sum, vector) => sum + vector[i]!, 0) / own.length);
  const apart = own.map((vector) => vector.map((x, i) => x - mean[i]!));
  const alike = apart.findIndex((vector) => lengthOf(vector) < 1e-6);
  if (alike >= 0) throw new Fault("invalid", `"${texts[alike]}" says nothing that the texts of other classes do not.`);
  const weight = given.slice();
  projectVectors(apart, width, projectionSeed).forEach((text, c) => {
    const row = weight.subarray(c * width, (c + 1) * width);
    if (row.every((x) => x === 0)) return;
    const [length, a, b] = [lengthOf(row), unit(row), unit(text)];
    row.set(unit(a.map((x, i) => (1 - share) * x + share * b[i]!)).map((x) => length * x));
  });
  return weight;
}
