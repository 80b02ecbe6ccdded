// Every way to answer from frozen features and a few labels, as one table: all get the same rows, centring, unlabelled patches and
// number of variants to choose from. Knows no prompts, no files and no figure.
import { present } from "../../base/fault.ts";
import { cosineScores, fitCentroids } from "./centroid.ts";
import { fitColours } from "./colour-head.ts";
import { centreOf, type HeadExamples, rowsOf } from "./examples.ts";
import { fitLogistic, type LogisticOptions, logisticDefaults, logisticScores } from "./logistic.ts";
import { cacheScores, neighbourScores, remember } from "./nearest.ts";
import { fitWhitening, usualShrinkage, type ViewSpread, type Whitening, whiten } from "./view-whitening.ts";

/**
 * One row a patch: features averaged over the views, and the colours of the patch as it is (no view changes them). `whitened`: the
 * features whitened by what patches nobody labelled said of them (heads/whitened.ts), where somebody asked them.
 */
export type PatchRows = Readonly<{
  features: Float32Array;
  width: number;
  colours: Float32Array;
  whitened?: Float32Array;
}>;

/** `targets[i]` is the class of row i; `units[i]` says which rows are kin and are never divided. */
export type FewLabelTask = Readonly<{
  rows: PatchRows;
  targets: readonly number[];
  units: readonly number[];
  classes: number;
  /** What every method subtracts first, [width]: the mean of unlabelled patches' features; null: the mean of the labels' class means. */
  centre: Float32Array | null;
  /** How much the views of one patch differ, of unlabelled patches none of which is a row here; null: no single views are at hand. */
  spread: ViewSpread | null;
}>;

export const frozenMethodNames = [
  "centroid",
  "logreg",
  "knn",
  "cache",
  "frozen_blend",
  "whitened",
  "colour",
  "majority",
] as const;
export type FrozenMethod = (typeof frozenMethodNames)[number];

/** Scores [rows, classes] of other patches, each row summing to 1. */
export type FittedScorer = (asked: PatchRows) => Float64Array;

/** A method with its constants settled. `name` says which. */
export type Variant = Readonly<{ name: string; fit: (task: FewLabelTask) => FittedScorer }>;

const fitted = new WeakMap<FewLabelTask, Map<string, FittedScorer>>();

/** The same fit for the same task and variant, once: several methods are made of the same parts. Variants of one name are the same. */
export function fitOnce(variant: Variant, task: FewLabelTask): FittedScorer {
  const known = fitted.get(task) ?? new Map<string, FittedScorer>();
  fitted.set(task, known);
  const found = known.get(variant.name) ?? variant.fit(task);
  known.set(variant.name, found);
  return found;
}

/** The most variants any method is chosen from, and the most methods that are chosen from: the same search budget for all. */
export const mostCandidates = 6;

/** Cosines between centred unit rows lie well inside -1..1; 10 makes a clear class some 0.9 sure. */
const cosineTemperature = 10;

const examplesOf = ({ rows, targets, classes }: FewLabelTask): HeadExamples => ({
  features: rows.features,
  width: rows.width,
  targets,
  classes,
});

const centroid: Variant = {
  name: "centroid",
  fit: (task) => {
    const head = fitCentroids(examplesOf(task), cosineTemperature, task.centre ?? undefined);
    return ({ features }) => cosineScores(head, features);
  },
};

const logistic = (c: number): Variant => ({
  name: `logreg C=${c}`,
  fit: (task) => {
    const options: LogisticOptions = { ...logisticDefaults, c };
    const head = fitLogistic(examplesOf(task), options, task.centre ?? undefined);
    return ({ features }) => logisticScores(head, features);
  },
});

const cache = (sharpness: number): Variant => ({
  name: `cache sharpness=${sharpness}`,
  fit: (task) => {
    const memory = remember(examplesOf(task), task.centre ?? undefined);
    return ({ features }) => cacheScores(memory, features, sharpness);
  },
});

const nearest = (k: number): Variant => ({
  name: `knn k=${k}`,
  fit: (task) => {
    const memory = remember(examplesOf(task), task.centre ?? undefined);
    return ({ features }) => neighbourScores(memory, features, k, cacheSharpness);
  },
});

const cacheSharpness = 5.5;

const whitenings = new WeakMap<ViewSpread, Map<number, Whitening>>();

/** The same for the same spread, once: every fold and every strength of the penalty needs it. */
function whiteningOf(spread: ViewSpread, shrinkage: number): Whitening {
  const known = whitenings.get(spread) ?? new Map<number, Whitening>();
  whitenings.set(spread, known);
  const found = known.get(shrinkage) ?? fitWhitening(spread, shrinkage);
  known.set(shrinkage, found);
  return found;
}

/** Logistic regression on rows whitened by the views' spread. Asserts that the task has one: who has no views leaves the method out. */
const whitened = (shrinkage: number, c: number): Variant => ({
  name: `whitened shrinkage=${shrinkage} C=${c}`,
  fit: (task) => {
    const whitening = whiteningOf(present(task.spread, "the views' spread"), shrinkage);
    const examples = examplesOf(task);
    const centre = task.centre ?? centreOf(examples);
    const features = whiten(whitening, examples.features, centre);
    const options: LogisticOptions = { ...logisticDefaults, c };
    // Centred before it is whitened, which keeps more digits and is the same.
    const head = fitLogistic({ ...examples, features }, options, new Float32Array(examples.width));
    return (asked) => logisticScores(head, whiten(whitening, asked.features, centre));
  },
});

/** Mean of the scores of several. */
function blend(name: string, parts: readonly Variant[]): Variant {
  return {
    name: `blend ${name}`,
    fit: (task) => {
      const scorers = parts.map((part) => fitOnce(part, task));
      return (asked) => {
        const scores = scorers.map((score) => score(asked));
        const [first, ...others] = scores;
        return present(first, "a blend's first part").map(
          (value, i) => others.reduce((sum, other) => sum + other[i]!, value) / scores.length,
        );
      };
    },
  };
}

const colour = (c: number): Variant => ({
  name: `colour C=${c}`,
  fit: ({ rows, targets, classes }) => {
    const score = fitColours(rows.colours, targets, classes, c);
    return (asked) => score(asked.colours);
  },
});

/** Answers the commonest class, by the labels' own shares: what chance alone gives. */
const majority: Variant = {
  name: "majority",
  fit: ({ targets, classes }) => {
    const shares = Array.from({ length: classes }, (_, c) => targets.filter((t) => t === c).length / targets.length);
    return ({ features, width }) => {
      const rows = rowsOf(features, width);
      return Float64Array.from({ length: rows * classes }, (_, i) => shares[i % classes]!);
    };
  },
};

/** The first of each is what is used where nothing is chosen; C = 10 and class weights inverse to counts are the stated baseline. */
export const frozenVariants: Readonly<Record<FrozenMethod, readonly Variant[]>> = {
  centroid: [centroid],
  logreg: [logistic(10), logistic(1), logistic(3), logistic(30), logistic(100)],
  knn: [nearest(5), nearest(1), nearest(3), nearest(9), nearest(15)],
  cache: [cache(cacheSharpness), cache(1), cache(3), cache(10), cache(20), cache(40)],
  frozen_blend: [
    blend("logreg + centroid + cache", [logistic(10), centroid, cache(cacheSharpness)]),
    blend("logreg + centroid", [logistic(10), centroid]),
    blend("logreg + cache", [logistic(10), cache(10)]),
    blend("logreg + knn", [logistic(10), nearest(5)]),
  ],
  whitened: [
    whitened(usualShrinkage, 10),
    whitened(usualShrinkage, 1),
    whitened(usualShrinkage, 100),
    whitened(0.01, 10),
    whitened(1, 10),
    blend("whitened + logreg", [whitened(usualShrinkage, 10), logistic(10)]),
  ],
  colour: [colour(1), colour(0.1), colour(10)],
  majority: [majority],
};

/** The rows with these indices, in this order. */
export function selectRows({ features, width, colours, whitened }: PatchRows, of: readonly number[]): PatchRows {
  const take = (table: Float32Array, columns: number): Float32Array => {
    const out = new Float32Array(of.length * columns);
    of.forEach((from, row) => {
      out.set(table.subarray(from * columns, (from + 1) * columns), row * columns);
    });
    return out;
  };
  const colourColumns = colours.length / rowsOf(features, width);
  const rows = { features: take(features, width), width, colours: take(colours, colourColumns) };
  return whitened ? { ...rows, whitened: take(whitened, width) } : rows;
}

export function selectTask(task: FewLabelTask, of: readonly number[]): FewLabelTask {
  const pick = (values: readonly number[]): readonly number[] => of.map((i) => present(values[i], "a labelled row"));
  return {
    rows: selectRows(task.rows, of),
    targets: pick(task.targets),
    units: pick(task.units),
    classes: task.classes,
    centre: task.centre,
    spread: task.spread,
  };
}
