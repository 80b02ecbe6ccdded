// Digests of bytes that come piece by piece: sha256, and the name git gives a file's content. Knows no file.
import { sha1 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

export type Checksum = Readonly<{ update(bytes: Uint8Array): void; hex(): string }>;

const of = (hash: ReturnType<typeof sha256.create> | ReturnType<typeof sha1.create>): Checksum => ({
  update: (bytes) => void hash.update(bytes),
  hex: () => bytesToHex(hash.clone().digest()),
});

export const createSha256 = (): Checksum => of(sha256.create());

/** @param bytes length of the whole content, which is part of its name */
export const createGitId = (bytes: number): Checksum => of(sha1.create().update(utf8ToBytes(`blob ${bytes}\0`)));
