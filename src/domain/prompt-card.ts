// The card of a prompt set: what it is for, for which backbone, on how many labels, how good by which protocol, and what it holds of
// patients. In words, from its metadata alone. Knows no screen and no tensors.
import { heard } from "../words/heard.ts";
import { many, numeral, type Plain, say } from "../words/say.ts";
import { answerWords, learnedWords } from "./answer-words.ts";
import { declaredWords } from "./declare-prompt-set.ts";
import { countOfUnits, estimateWords } from "./estimate-words.ts";
import { scaleWords } from "./field-size.ts";
import type { LabelOrigin } from "./label.ts";
import type { Learned, PromptSetMetadata, PromptSetSummary } from "./prompt-set.ts";
import { waitsForLabels } from "./prompt-set-file.ts";

export type CardLine = Readonly<{
  term: string;
  text: string;
  /** "warn": what limits the set or asks for care. */
  tone: "plain" | "warn";
}>;

const plain = (term: string, text: string): CardLine => ({ term, text, tone: "plain" });
const warn = (term: string, text: string): CardLine => ({ term, text, tone: "warn" });
const patches = (count: number): string =>
  count === 1 ? say("1 patch") : say("{count} patches", { count: numeral(count) });

const originWords: Readonly<Record<LabelOrigin, Plain>> = {
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
    plain(say("Name"), metadata.name),
    plain(
      say("Tells apart"),
      classes.length > 0 ? classes.map((c) => c.name).join(", ") : say("no classes of its own"),
    ),
    plain(
      say("Backbone"),
      say("{name}, weights {digest}; no other can use it", {
        name: backbone.name,
        digest: backbone.weightsDigest.slice(0, 16),
      }),
    ),
    plain(
      say("Patches"),
      say("{size} µm wide: {patchPixels} px at {mpp} µm/px", {
        size,
        patchPixels: preprocessing.patchPixels,
        mpp: scaleWords(preprocessing.mpp),
      }),
    ),
    metadata.declared
      ? warn(
          say("Origin"),
          say("a file of others: {declaredWords}. Nothing in it says that it belongs to this backbone.", {
            declaredWords: say(declaredWords),
          }),
        )
      : plain(say("Made by"), `PathoTune ${metadata.appVersion}, ${methodWords(metadata)}`),
    ...learning(metadata),
    ...(waitsForLabels(metadata) ? [] : answering(metadata)),
    stated(say("Stain"), metadata.stain),
    stated(say("Organ"), metadata.organ),
    plain(say("Labels"), labelWords(metadata)),
    ...goodness(metadata),
    patientLine(metadata),
    ...(synthetic
      ? [
          warn(
            say("Synthetic"),
            say("learned from drawings: its figures test the software and say nothing about tissue"),
          ),
        ]
      : []),
    ...(onlyOn === null
      ? []
      : [
          warn(
            say("Only on"),
            say("one slide ({onlyOn}): its classes mean nothing elsewhere", { onlyOn: onlyOn.slice(0, 8) }),
          ),
        ]),
    ...(parent === null ? [] : [plain(say("Made from"), say("prompt set {parent}", { parent: parent.slice(0, 16) }))]),
    plain(
      say("Holds"),
      say("{trained} trained numbers, {bytes} bytes, sha256 {id}", {
        trained: numeral(trainedParameters),
        bytes: numeral(bytes),
        id,
      }),
    ),
    plain(say("Licence"), metadata.licence),
    warn(say("Use"), heard(metadata.notice)),
    ...(labels.count > 0 ? [plain(say("Labels' digest"), labels.digest.slice(0, 16))] : []),
  ];
}

const answering = (metadata: PromptSetMetadata): readonly CardLine[] => {
  const words = answerWords(metadata);
  return words === null ? [] : [plain(say("Answers by"), words)];
};

/** Prompts that no label made, and what that means for a figure. */
const learning = ({ learned }: PromptSetMetadata): readonly CardLine[] => {
  if (!learned) return [];
  const how = say("{learned}; {epochs} epochs in steps of {batch}, learning rate {learningRate}, seed {seed}", {
    learned: learnedWords(learned),
    epochs: learned.epochs,
    batch: learned.batch,
    learningRate: learned.learningRate,
    seed: learned.seed,
  });
  return [plain(say("From tissue"), how), warn(say("Judged on the same slides"), transductive(learned))];
};

const transductive = ({ slides }: Learned): string =>
  many(
    slides.length,
    "a figure on the slide it learned from is transductive: it had seen that slide’s tissue, though no label",
    "a figure on slides it learned from is transductive: it had seen their tissue, though no label",
  );

const stated = (term: string, value: string | null): CardLine =>
  value === null ? warn(term, say("not stated")) : plain(term, value);

function methodWords({ method, settings, learned }: PromptSetMetadata): string {
  const visual = say("{tokensPerBlock} visual tokens in each of the last {blocks} blocks", {
    tokensPerBlock: method.tokensPerBlock,
    blocks: method.blocks,
  });
  const kinds =
    method.kind === "three-kinds"
      ? [
          ...(method.tokensPerBlock > 0 ? [visual] : []),
          ...(method.instance ? [say("{tokens} tokens made of each patch", { tokens: method.instance.tokens })] : []),
          ...(method.textual ? [say("{texts} tokens of text", { texts: method.textual.texts.length })] : []),
        ].join(", ")
      : visual;
  // What labels were tuned with says nothing of prompts that were there before them.
  const made = learned ?? settings;
  if (!made) return kinds;
  return say("{kinds}; {epochs} epochs, learning rate {learningRate}, seed {seed}", {
    kinds,
    epochs: made.epochs,
    learningRate: made.learningRate,
    seed: made.seed,
  });
}

function labelWords(metadata: PromptSetMetadata): string {
  const { labels, classes } = metadata;
  if (waitsForLabels(metadata)) return say("none; a tuning on labels gives it classes");
  if (labels.count === 0) return say("none are stated");
  const each = classes.map((c, i) => `${c.name} ${labels.perClass[i] ?? 0}`).join(", ");
  const origins = Object.entries(originWords).flatMap(([origin, words]) => {
    const count = labels.origins[origin] ?? 0;
    return count > 0 ? [`${count} ${say(words)}`] : [];
  });
  return `${patches(labels.count)} (${each})${origins.length > 0 ? `; ${origins.join(", ")}` : ""}`;
}

function goodness(metadata: PromptSetMetadata): readonly CardLine[] {
  const { estimate, classes } = metadata;
  if (waitsForLabels(metadata)) return [plain(say("How good"), say("no figure: without labels it answers nothing"))];
  if (!estimate) return [warn(say("How good"), say("not known: it came without a held-out estimate"))];
  const words = estimateWords(estimate, classes);
  if (estimate.kind === "none")
    return [warn(say("How good"), say("no figure: {headline}", { headline: words.headline }))];
  return [
    plain(say("How good"), [words.headline, words.counts].filter(Boolean).join(". ")),
    plain(say("Beside it"), [words.frozen, words.majority].filter(Boolean).join(". ")),
    plain(
      say("By which protocol"),
      say("cross-validation in {folds} folds over {units}, held out whole. {meaning}", {
        folds: estimate.folds,
        units: countOfUnits(estimate.units, estimate.unit),
        meaning: words.meaning ?? "",
      }).trim(),
    ),
    ...(words.origins ? [plain(say("Held out were"), words.origins)] : []),
    ...words.withoutFigure.map((line) => warn(say("Without a figure"), line)),
  ];
}

/**
 * No pixel is in the file; but class vectors begin as means of labelled patches' features, and all numbers are fitted to these.
 */
function patientLine({ labels, synthetic, declared, learned }: PromptSetMetadata): CardLine {
  const term = say("Patient data");
  if (declared) {
    return warn(
      term,
      say("may contain numbers derived from patient images: the file does not say what it was made from"),
    );
  }
  const count = labels.count + (learned?.patches ?? 0);
  if (count === 0) {
    return warn(term, say("may contain numbers derived from patient images: it does not say of how many patches"));
  }
  if (synthetic)
    return plain(
      term,
      say("contains numbers derived from {patches} of drawings; no pixels", { patches: patches(count) }),
    );
  return warn(
    term,
    say("contains numbers derived from {patches} of patient images; no pixels", { patches: patches(count) }),
  );
}

/** The card as a text file. */
export function cardText(card: readonly CardLine[]): string {
  // A name may hold line breaks: they must not pass for lines of the card.
  const line = (text: string): string => text.replaceAll(/[\s\u0085\u2028\u2029]+/g, " ").trim();
  return `${say("Prompt card")}\n\n${card.map(({ term, text }) => `${term}: ${line(text)}`).join("\n")}\n`;
}
