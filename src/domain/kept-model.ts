// A backbone the person brought, as it is kept in their browser: what was answered about it and whose it is. Knows no weights; its
// files lie beside it (protocol/model-store.ts).
import type { WeightsDigest } from "../base/brand.ts";
import { Fault } from "../base/fault.ts";
import {
  type At,
  field,
  hex64,
  readList,
  readNullable,
  readNumber,
  readObject,
  readOneOf,
  readString,
  rootAt,
} from "./json-reader.ts";
import { checkedAgainst, type KeptDownload } from "./kept-download.ts";
import type { Licence, Normalisation } from "./model.ts";
import { factLimits, type ImportFacts, licenceLimits, modelNameLimit, normalisationLimits } from "./model-import.ts";

export const keptModelFormat = "pathotune-backbone/1";

/** Where downloaded files came from and what each was held against. `commit` null: the server did not say. */
export type DownloadOrigin = Readonly<{
  repo: string;
  base: string;
  commit: string | null;
  files: readonly Readonly<{ path: string } & NonNullable<KeptDownload["files"][number]["done"]>>[];
}>;

export const originOf = ({ repo, base, commit, files }: KeptDownload): DownloadOrigin => ({
  repo,
  base,
  commit,
  files: files.flatMap(({ path, done }) => (done ? [{ path, ...done }] : [])),
});

export type KeptModel = Readonly<{
  id: string;
  name: string;
  weightsDigest: WeightsDigest;
  licence: Licence;
  /** What it is loaded with again, without asking. */
  facts: ImportFacts;
  /** For a list of them, before any is loaded. */
  depth: number;
  width: number;
  bytes: number;
  /** In the order they were given; their bytes are kept under the same order. */
  files: readonly Readonly<{ path: string; bytes: number }>[];
  /** Absent where the person gave the files. */
  from?: DownloadOrigin;
}>;

/** Plain data, for `parseKeptModel`. */
export const storedKeptModel = (model: KeptModel): unknown => ({ format: keptModelFormat, ...model });

/** Throws Fault `damaged` naming every problem; what a later version wrote is one. */
export function parseKeptModel(value: unknown): KeptModel {
  const root = rootAt(value, "backbone");
  readObject(root);
  readOneOf(field(root, "format"), [keptModelFormat]);
  const model: KeptModel = {
    id: readString(field(root, "id"), { max: 100 }),
    name: readString(field(root, "name"), { max: modelNameLimit }),
    weightsDigest: readString(field(root, "weightsDigest"), { max: 64, pattern: hex64 }) as WeightsDigest,
    licence: readLicence(field(root, "licence")),
    facts: readImportFacts(field(root, "facts")),
    depth: readNumber(field(root, "depth"), { min: 1, max: 256, integer: true }),
    width: readNumber(field(root, "width"), { min: 1, max: 65_536, integer: true }),
    bytes: readNumber(field(root, "bytes"), { min: 0, max: 2 ** 40, integer: true }),
    files: readList(field(root, "files"), { min: 1, max: 10_000 }).map((at) => ({
      path: readString(field(at, "path"), { max: 2000 }),
      bytes: readNumber(field(at, "bytes"), { min: 0, max: 2 ** 40, integer: true }),
    })),
    ...(field(root, "from").value === undefined ? {} : { from: readOrigin(field(root, "from")) }),
  };
  if (root.problems.length > 0) {
    throw new Fault("damaged", `A kept backbone cannot be read: ${root.problems.slice(0, 5).join("; ")}.`, {
      problems: root.problems,
    });
  }
  return model;
}

function readOrigin(at: At): DownloadOrigin {
  return {
    repo: readString(field(at, "repo"), { max: 200 }),
    base: readString(field(at, "base"), { max: 2000 }),
    commit: readNullable(field(at, "commit"), (one) => readString(one, { max: 40, pattern: /^[0-9a-f]{40}$/ })),
    files: readList(field(at, "files"), { min: 1, max: 1000 }).map((one) => ({
      path: readString(field(one, "path"), { max: 1000 }),
      sha256: readString(field(one, "sha256"), { max: 64, pattern: hex64 }),
      against: readOneOf(field(one, "against"), checkedAgainst),
    })),
  };
}

function readLicence(at: At): Licence {
  return {
    id: readString(field(at, "id"), { max: licenceLimits.id }),
    text: readString(field(at, "text"), { min: 0, max: licenceLimits.text }),
    source: readString(field(at, "source"), { max: licenceLimits.source }),
  };
}

function readNormalisation(at: At): Normalisation {
  const three = (key: "mean" | "std"): readonly [number, number, number] => {
    const values = readList(field(at, key), { min: 3, max: 3 }).map((one) => readNumber(one, normalisationLimits[key]));
    return [values[0] ?? 0, values[1] ?? 0, values[2] ?? 0];
  };
  return { mean: three("mean"), std: three("std") };
}

/** What is absent stays absent; problems are gathered in `at.problems`. */
export function readImportFacts(at: At): ImportFacts {
  readObject(at);
  const given = <K extends keyof ImportFacts, T>(key: K, read: (at: At) => T): Partial<Record<K, T>> => {
    const value = field(at, key);
    return value.value === undefined ? {} : ({ [key]: read(value) } as Record<K, T>);
  };
  const number = (key: keyof typeof factLimits) => given(key, (one) => readNumber(one, factLimits[key]));
  return {
    ...given("name", (one) => readString(one, { max: modelNameLimit })),
    ...given("preset", (one) => readString(one, { max: 100 })),
    ...given("normalisation", readNormalisation),
    ...number("mpp"),
    ...given("licence", readLicence),
    ...number("imagePixels"),
    ...given("output", (one) => readString(one, { max: 1000 })),
    ...given("readout", (one) => readOneOf(one, ["cls", "mean", "cls+mean"])),
    ...number("prefixTokens"),
    ...number("classToken"),
    ...number("heads"),
    ...number("layerNormEps"),
    ...given("activation", (one) => readOneOf(one, ["gelu", "gelu-tanh", "quick-gelu", "silu"])),
    ...given("positionResample", (one) => readOneOf(one, ["bicubic", "bicubic-antialias", "bicubic-offset"])),
    ...given("prefix", (one) => readString(one, { min: 0, max: 1000 })),
  };
}
