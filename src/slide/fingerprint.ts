// How a slide is recognised again: length and hashes of both ends. Knows no container.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { SlideId } from "../base/brand.ts";
import type { Fingerprint } from "../domain/slide.ts";
import type { ByteSource } from "./byte-source.ts";

/** Bytes hashed at each end of the file. */
export const fingerprintBytes = 64 * 1024;

export async function fingerprintOf(source: ByteSource, signal: AbortSignal): Promise<Fingerprint> {
  const length = Math.min(fingerprintBytes, source.size);
  const head = await source.read(0, length, signal);
  const tail = await source.read(source.size - length, length, signal);
  return { bytes: source.size, head: bytesToHex(sha256(head)), tail: bytesToHex(sha256(tail)) };
}

/** Hex sha256 of `<bytes>:<head>:<tail>`. */
export function slideIdOf(fingerprint: Fingerprint): SlideId {
  const text = `${fingerprint.bytes}:${fingerprint.head}:${fingerprint.tail}`;
  return bytesToHex(sha256(utf8ToBytes(text))) as SlideId;
}

/**
 * Of a slide of many parts: what describes it and one telling piece of it. `bytes` is the piece's length, as nobody knows the length of
 * the whole.
 */
export function fingerprintOfParts(description: string, piece: Uint8Array): Fingerprint {
  return {
    bytes: piece.length,
    head: bytesToHex(sha256(utf8ToBytes(description))),
    tail: bytesToHex(sha256(piece)),
  };
}
