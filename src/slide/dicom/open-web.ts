// A DICOM slide from a DICOMweb server (WADO-RS): the series' metadata, frames in batches. Knows the requests, no host.
// Source: DICOM PS3.18, 10.4 (retrieve) and 10.6 (search). Servers differ in which media types they understand: several are tried.
import { type ByteLru, createByteLru } from "../../base/byte-lru.ts";
import { Fault, isFault } from "../../base/fault.ts";
import { pictureLimits } from "../picture-pyramid.ts";
import { type Resource, type Resources, readJson } from "../resources.ts";
import type { SlideReader } from "../slide-reader.ts";
import { tags, text } from "./attributes.ts";
import { createFrameBatches } from "./frame-batches.ts";
import { parseInstance, type SlideInstance } from "./instance.ts";
import { attributesOfJson } from "./json-attributes.ts";
import { parseMultipart } from "./multipart.ts";
import { dicomSlide, type FrameBytes, type Part } from "./pyramid.ts";

const maxMetadataBytes = 256 * 1024 * 1024;
const batching = { most: 16, together: 4 } as const;
/** Compressed frames kept of a slide, all its instances together. */
const cacheBytes = 64 * 1024 * 1024;
const json = "application/dicom+json";

/** `entry`: "studies/<uid>" or "studies/<uid>/series/<uid>". */
export async function openDicomWeb(resources: Resources, entry: string, signal: AbortSignal): Promise<SlideReader> {
  const series = /\/series\//.test(entry) ? entry : await onlySeries(resources, entry, signal);
  const list = await readJson(resources, `${series}/metadata`, maxMetadataBytes, signal, json);
  if (!Array.isArray(list) || list.length === 0) {
    throw new Fault(
      "not-a-slide",
      `The server knows no such series, or nothing is in it ("${resources.name}"). Check the address.`,
    );
  }
  const parts: Part[] = [];
  const kept = createByteLru<string, FrameBytes>(cacheBytes);
  list.forEach((one: unknown, i) => {
    const attributes = attributesOfJson(one);
    const stored = text(attributes, tags.availableTransferSyntax) ?? text(attributes, tags.transferSyntax) ?? "";
    const instance = parseInstance(attributes, stored, `instance ${i + 1} of the series`);
    if (instance) parts.push(partOf(resources, series, instance, kept));
  });
  if (parts.length === 0) {
    throw new Fault(
      "not-a-slide",
      "This series holds no whole slide image. Open the address of a series of slides (modality SM).",
    );
  }
  return dicomSlide(parts, "DICOMweb", () => resources.close(), signal);
}

async function onlySeries(resources: Resources, study: string, signal: AbortSignal): Promise<string> {
  const list = await readJson(resources, `${study}/series`, maxMetadataBytes, signal, json);
  const found = (Array.isArray(list) ? list : [])
    .map(attributesOfJson)
    .filter((of) => (text(of, tags.modality) ?? "SM") === "SM")
    .map((of) => text(of, tags.series) ?? "")
    .filter((uid) => /^[\d.]+$/.test(uid));
  const [only] = found;
  if (only === undefined)
    throw new Fault("not-a-slide", "The server knows no slides of this study. Check the address.");
  if (found.length > 1) {
    throw new Fault(
      "invalid",
      `This study holds ${found.length} slides. Add the one you mean to the address: ${found
        .slice(0, 4)
        .map((uid) => `/series/${uid}`)
        .join("  ")}`,
      { series: found },
    );
  }
  return `${study}/series/${only}`;
}

function partOf(
  resources: Resources,
  series: string,
  instance: SlideInstance,
  kept: ByteLru<string, FrameBytes>,
): Part {
  const fetchBatch = frameFetcher(resources, `${series}/instances/${instance.sop}/frames`, instance);
  const cache = {
    kept,
    keyOf: (frame: number) => `${instance.sop}/${frame}`,
    bytesOf: ({ bytes }: FrameBytes) => bytes.length,
  };
  const batches = createFrameBatches(fetchBatch, cache, batching);
  return { instance, read: batches.read };
}

/** As stored, else as a JPEG: the stored pixels are what a score should rest on. */
const mediaTypes: readonly string[] = [
  'multipart/related; type="application/octet-stream"; transfer-syntax=*',
  'multipart/related; type="image/jpeg"; transfer-syntax=1.2.840.10008.1.2.4.50',
  'multipart/related; type="application/octet-stream"; transfer-syntax=1.2.840.10008.1.2.1',
  'multipart/related; type="image/jpeg"',
];

function frameFetcher(resources: Resources, root: string, instance: SlideInstance) {
  let preferred = 0;
  const most = (frames: number): number => Math.min(frames * pictureLimits.tileBytes, 512 * 1024 * 1024);
  return async (frames: readonly number[], signal: AbortSignal): Promise<readonly FrameBytes[]> => {
    const path = `${root}/${frames.map((frame) => frame + 1).join(",")}`;
    let refused: unknown = null;
    for (let i = 0; i < mediaTypes.length; i++) {
      const way = (preferred + i) % mediaTypes.length;
      try {
        const accept = mediaTypes[way] ?? "*/*";
        const found = await resources.get(path, { most: most(frames.length), accept }, signal);
        if (!found) throw new Fault("damaged", `The server does not have frames it says it has (${instance.sop}).`);
        const parts = framesOf(found, frames.length, instance);
        preferred = way;
        return parts;
      } catch (error) {
        // 400, 406, 415, 5xx: it does not know this way of asking.
        if (!isFault(error, "network") || ![400, 406, 415, 500, 501].includes(Number(error.detail.status))) throw error;
        refused ??= error;
      }
    }
    throw refused;
  };
}

/** One part a frame, each saying how it is encoded; where it does not, its first bytes do. */
function framesOf(found: Resource, count: number, instance: SlideInstance): readonly FrameBytes[] {
  const parts = parseMultipart(found.bytes, found.type) ?? [
    { headers: new Map([["content-type", found.type]]), bytes: found.bytes },
  ];
  if (parts.length !== count) {
    throw new Fault("damaged", `The server sent ${parts.length} frames where ${count} were asked for. Try again.`);
  }
  return parts.map(({ headers, bytes }) => {
    const type = headers.get("content-type") ?? "";
    const stated = /transfer-syntax="?([\d.]+)/i.exec(type)?.[1];
    return { bytes, transferSyntax: stated ?? transferSyntaxOf(bytes, type, instance) };
  });
}

const rawExplicit = "1.2.840.10008.1.2.1";

function transferSyntaxOf(bytes: Uint8Array, type: string, instance: SlideInstance): string {
  const [a, b] = bytes;
  if (a === 0xff && b === 0x4f) return "1.2.840.10008.1.2.4.90";
  if (a === 0xff && b === 0xd8) {
    if (/image\/jls/i.test(type) || hasJpegLsFrame(bytes)) return "1.2.840.10008.1.2.4.80";
    return "1.2.840.10008.1.2.4.50";
  }
  const size = instance.tileWidth * instance.tileHeight * instance.samples;
  if (bytes.length === size || bytes.length === size + 1) return rawExplicit;
  return instance.transferSyntax || rawExplicit;
}

function hasJpegLsFrame(bytes: Uint8Array): boolean {
  for (let at = 2; at + 3 < bytes.length && bytes[at] === 0xff; ) {
    if (bytes[at + 1] === 0xf7) return true;
    if (bytes[at + 1] === 0xda) return false;
    at += 2 + (((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
  }
  return false;
}
