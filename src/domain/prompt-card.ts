// The card of a prompt set: what it is for, for which backbone, on how many labels, how good by which protocol, and what it holds of
// patients. In words, from its metadata alone. Knows no screen and no tensors.
import { answerWords } from "./answer-words.ts";
import { declaredWords } from "./declare-prompt-set.ts";
import { countOfUnits, estimateWords } from "./estimate-words.ts";
import type { LabelOrigin } from "./label.ts";
import type { PromptSetMetadata, PromptSetSummary } from "./prompt-set.ts";

export type CardLine = Readonly<{
  term: string;
  text: string;
  /** "warn": what limits the set or asks for care. */
  tone: "plain" | "warn";
}>;

const plain = (term: string, text: string): CardLine => ({ term, text, tone: "plain" });
const warn = (term: string, text: string): CardLine => ({ term, text, tone: "warn" });
const patches = (count: number): string => (count === 1 ? "1 patch" : `${count.toLocaleString("en-GB")} patches`);

const originWords: Readonly<Record<LabelOrigin, string>> = {
  free: "placed freely",
  suggested: "where the app suggested",
  accepted: "accepted answers",
  imported: "imported",
  ready: "came with the slide",
  checked: "drawn at random",
};

export function promptCard({ id, bytes, trainedParameters, metadata }: PromptSetSummary): readonly CardLine[] {
  const { backbone, preprocessing, classes, labels, onlyOn, synthetic, parent } = metadata;
  const size = Number((preprocessing.patchPixels * preprocessing.mpp).toPrecision(4));
  return [
    plain("Name", metadata.name),
    plain("Tells apart", classes.length > 0 ? classes.map((c) => c.name).join(", ") : "no classes of its own"),
    plain("Backbone", `${backbone.name}, weights ${backbone.weightsDigest.slice(0, 16)}; no other can use it`),
    plain("Patches", `${size} µm wide: ${preprocessing.patchPixels} px at ${preprocessing.mpp} µm/px`),
    metadata.declared
      ? warn("Origin", `a file of others: ${declaredWords}. Nothing in it says that it belongs to this backbone.`)
      : plain("Made by", `PathoTune ${metadata.appVersion}, ${methodWords(metadata)}`),
    ...answering(metadata),
    stated("Stain", metadata.stain),
    stated("Organ", metadata.organ),
    plain("Labels", labelWords(metadata)),
    ...goodness(metadata),
    patientLine(metadata),
    ...(synthetic
      ? [warn("Synthetic", "learned from drawings: its figures test the software and say nothing about tissue")]
      : []),
    ...(onlyOn === null
      ? []
      : [warn("Only on", `one slide (${onlyOn.slice(0, 8)}): its classes mean nothing elsewhere`)]),
    ...(parent === null ? [] : [plain("Made from", `prompt set ${parent.slice(0, 16)}`)]),
    plain(
      "Holds",
      `${trainedParameters.toLocaleString("en-GB")} trained numbers, ${bytes.toLocaleString("en-GB")} bytes, sha256 ${id}`,
    ),
    plain("Licence", metadata.licence),
    warn("Use", metadata.notice),
    ...(labels.count > 0 ? [plain("Labels' digest", labels.digest.slice(0, 16))] : []),
  ];
}

const answering = (metadata: PromptSetMetadata): readonly CardLine[] => {
  const words = answerWords(metadata);
  return words === null ? [] : [plain("Answers by", words)];
};

const stated = (term: string, value: string | null): CardLine =>
  value === null ? warn(term, "not stated") : plain(term, value);

function methodWords({ method, settings }: PromptSetMetadata): string {
  const visual = `${method.tokensPerBlock} visual tokens in each of the last ${method.blocks} blocks`;
  const kinds =
    method.kind === "three-kinds"
      ? [
          ...(method.tokensPerBlock > 0 ? [visual] : []),
          ...(method.instance ? [`${method.instance.tokens} tokens made of each patch`] : []),
          ...(method.textual ? [`${method.textual.texts.length} tokens of text`] : []),
        ].join(", ")
      : visual;
  if (!settings) return kinds;
  return `${kinds}; ${settings.epochs} epochs, learning rate ${settings.learningRate}, seed ${settings.seed}`;
}

function labelWords({ labels, classes }: PromptSetMetadata): string {
  if (labels.count === 0) return "none are stated";
  const each = classes.map((c, i) => `${c.name} ${labels.perClass[i] ?? 0}`).join(", ");
  const origins = Object.entries(originWords).flatMap(([origin, words]) => {
    const count = labels.origins[origin] ?? 0;
    return count > 0 ? [`${count} ${words}`] : [];
  });
  return `${patches(labels.count)} (${each})${origins.length > 0 ? `; ${origins.join(", ")}` : ""}`;
}

function goodness({ estimate, classes }: PromptSetMetadata): readonly CardLine[] {
  if (!estimate) return [warn("How good", "not known: it came without a held-out estimate")];
  const words = estimateWords(estimate, classes);
  if (estimate.kind === "none") return [warn("How good", `no figure: ${words.headline}`)];
  return [
    plain("How good", [words.headline, words.counts].filter(Boolean).join(". ")),
    plain("Beside it", [words.frozen, words.majority].filter(Boolean).join(". ")),
    plain(
      "By which protocol",
      `cross-validation in ${estimate.folds} folds over ${countOfUnits(estimate.units, estimate.unit)}, held out whole. ${words.meaning ?? ""}`.trim(),
    ),
    ...(words.origins ? [plain("Held out were", words.origins)] : []),
    ...words.withoutFigure.map((line) => warn("Without a figure", line)),
  ];
}

/**
 * No pixel is in the file; but class vectors begin as means of labelled patches' features, and all numbers are fitted to these.
 */
function patientLine({ labels, synthetic, declared }: PromptSetMetadata): CardLine {
  const term = "Patient data";
  if (declared) {
    return warn(term, "may contain numbers derived from patient images: the file does not say what it was made from");
  }
  if (labels.count === 0) {
    return warn(term, "may contain numbers derived from patient images: it does not say of how many patches");
  }
  if (synthetic) return plain(term, `contains numbers derived from ${patches(labels.count)} of drawings; no pixels`);
  return warn(term, `contains numbers derived from ${patches(labels.count)} of patient images; no pixels`);
}

/** The card as a text file. */
export function cardText(card: readonly CardLine[]): string {
  // A name may hold line breaks: they must not pass for lines of the card.
  const line = (text: string): string => text.replaceAll(/[\s\u0085\u2028\u2029]+/g, " ").trim();
  return `Prompt card\n\n${card.map(({ term, text }) => `${term}: ${line(text)}`).join("\n")}\n`;
}
