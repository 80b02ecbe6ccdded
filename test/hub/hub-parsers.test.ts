// What comes from the hub or from a person is a stranger's: lists of files, addresses of mirrors, records of downloads. And the list that
// ships: no entry may promise what the app cannot do.
import { describe, expect, test } from "vitest";
import { isFault } from "../../src/base/fault.ts";
import { filesNeeded, parseHubListing } from "../../src/domain/hub-listing.ts";
import { hubModels } from "../../src/domain/hub-models.ts";
import {
  fileUrl,
  hub,
  listingUrl,
  originsOf,
  parseHubPlace,
  readHubPlace,
  storedHubPlace,
} from "../../src/domain/hub-place.ts";
import { type KeptDownload, parseKeptDownload, storedKeptDownload } from "../../src/domain/kept-download.ts";
import { normalisationLimits } from "../../src/domain/model-import.ts";
import { modelPresets } from "../../src/domain/model-presets.ts";
import { retryAfterSeconds } from "../../src/platform/worker/hub-request.ts";
import { isApproved, isOrigin } from "../../src/worker/offline/headers.ts";

const saying = (task: () => unknown): string => {
  try {
    task();
  } catch (error) {
    if (isFault(error)) return `${error.kind}: ${error.message}`;
    throw error;
  }
  return "nothing";
};

describe("a list of files", () => {
  const commit = "a".repeat(40);
  const large = {
    rfilename: "model.safetensors",
    size: 9,
    blobId: "b".repeat(40),
    lfs: { sha256: "c".repeat(64), size: 9 },
  };
  const small = { rfilename: "config.json", size: 3, blobId: "d".repeat(40) };
  const listed = (siblings: unknown) => JSON.stringify({ sha: commit, siblings, gated: "manual" });

  test("gives sizes and the digests there are", () => {
    expect(parseHubListing(listed([large, { ...small, lfs: null }]), "x")).toEqual({
      commit,
      files: [
        { path: "model.safetensors", bytes: 9, sha256: "c".repeat(64), gitId: null },
        { path: "config.json", bytes: 3, sha256: null, gitId: "d".repeat(40) },
      ],
    });
  });

  test("that is no list, or lies about a file, is refused by name", () => {
    expect(saying(() => parseHubListing("<html>", "a/b"))).toMatch(/damaged: .*a\/b is not JSON/);
    expect(saying(() => parseHubListing("[]", "a/b"))).toContain("damaged");
    expect(saying(() => parseHubListing(JSON.stringify({ sha: "main", siblings: [] }), "a/b"))).toContain("list.sha");
    for (const wrong of [{ size: -1 }, { size: "9" }, { lfs: { sha256: "zz" } }, { lfs: [] }, { rfilename: 7 }]) {
      expect(saying(() => parseHubListing(listed([{ ...large, ...wrong }]), "a/b"))).toContain("siblings[0]");
    }
  });

  test("names no file outside the repository, nor one that changes an address", () => {
    const odd = [
      "../up.safetensors",
      "/root.safetensors",
      "a/../b.onnx",
      "a//b.onnx",
      "a?b.onnx",
      "a#b.onnx",
      "a\\b.onnx",
      ".git",
    ];
    expect(parseHubListing(listed(odd.map((rfilename) => ({ ...large, rfilename }))), "x").files).toEqual([]);
  });
});

describe("the files of one backbone", () => {
  const needed = (weights: string, ...paths: string[]): string =>
    filesNeeded(
      paths.map((path) => ({ path })),
      weights,
      "a/b",
    )
      .map(({ path }) => path)
      .join(" ");

  test("are its weights, their parts or data, and the configurations, no other export", () => {
    expect(needed("model.safetensors", "README.md", "model.safetensors", "config.json", "other.safetensors")).toBe(
      "config.json model.safetensors",
    );
    expect(
      needed(
        "onnx/model.onnx",
        "onnx/model.onnx",
        "onnx/model.onnx_data",
        "onnx/model_fp16.onnx",
        "preprocessor_config.json",
      ),
    ).toBe("preprocessor_config.json onnx/model.onnx onnx/model.onnx_data");
  });

  test("are the only ones of their kind where they lie elsewhere, all parts of them", () => {
    expect(needed("model.safetensors", "weights/vit.safetensors")).toBe("weights/vit.safetensors");
    const parts = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
    expect(needed("model.safetensors", ...parts)).toBe(parts.join(" "));
  });

  test("are not guessed among several, and PyTorch files are not opened", () => {
    expect(saying(() => needed("model.safetensors", "a.safetensors", "b.safetensors"))).toMatch(
      /bad-model: a\/b has no "model.safetensors" now, but a.safetensors, b.safetensors/,
    );
    expect(saying(() => needed("model.safetensors", "pytorch_model.bin"))).toContain("can hold programs");
    expect(saying(() => needed("model.safetensors"))).toContain("no file of weights");
  });
});

describe("the address of a mirror", () => {
  test("may have a port and a path; hosts it leads to are named beside it", () => {
    const mirror = parseHubPlace(
      " https://mirror.hospital.org:8443/hub/ ",
      "https://files.hospital.org, http://10.0.0.7:8080/",
    );
    expect(mirror).toEqual({
      base: "https://mirror.hospital.org:8443/hub",
      fileHosts: ["https://files.hospital.org", "http://10.0.0.7:8080"],
    });
    expect(originsOf(mirror)).toEqual([
      "https://mirror.hospital.org:8443",
      "https://files.hospital.org",
      "http://10.0.0.7:8080",
    ]);
    expect(originsOf(mirror).every(isOrigin)).toBe(true);
    expect(readHubPlace(storedHubPlace(mirror))).toEqual(mirror);
  });

  test.each([
    "",
    "mirror.org",
    "ftp://mirror.org",
    "https://user:word@mirror.org",
    "https://mirror.org/?q=1",
    "https://mirror.org/a b",
    "https://mirror.org; script-src *",
    "javascript:alert(1)",
    "https://mirror.org/../x?",
  ])("is not %j", (text) => {
    expect(saying(() => parseHubPlace(text, ""))).toMatch(/^invalid: .*It should look like/);
  });

  test("a host with a path, or that ends a rule, is refused", () => {
    for (const host of ["https://files.org/x", "files.org", "https://*", "https://a.org;x"]) {
      expect(
        saying(() => parseHubPlace("https://mirror.org", host)),
        host,
      ).toContain("is no host");
    }
    expect(readHubPlace({ format: "pathotune-hub/1", base: "https://a.org; x", fileHosts: [] })).toBeNull();
    expect(readHubPlace(null)).toBeNull();
  });

  test("makes the hub's own addresses", () => {
    expect(listingUrl(hub, "owner/a.b_c", "main")).toBe(
      "https://huggingface.co/api/models/owner/a.b_c/revision/main?blobs=true",
    );
    expect(fileUrl(hub, "owner/name", "refs/pr/1", "onnx/model 1.onnx")).toBe(
      "https://huggingface.co/owner/name/resolve/refs%2Fpr%2F1/onnx/model%201.onnx",
    );
  });
});

describe("the list that ships", () => {
  test("names each backbone once, with a repository, a size and terms", () => {
    expect(new Set(hubModels.map(({ id }) => id)).size).toBe(hubModels.length);
    for (const model of hubModels) {
      expect(model.repo, model.id).toMatch(/^[\w.-]+\/[\w.-]+$/);
      expect(model.weights, model.id).toMatch(/\.(safetensors|onnx)$/);
      expect(model.size.bytes, model.id).toBeGreaterThan(1e6);
      // What the app reads into memory at once.
      expect(model.size.bytes, model.id).toBeLessThan(2 ** 31);
      expect(model.licence.text, model.id).not.toBe("");
    }
  });

  test("says of normalisation and licence what the preset says", () => {
    for (const model of hubModels) {
      if (model.preset === null) continue;
      const preset = modelPresets.find(({ id }) => id === model.preset);
      expect(preset?.normalisation, model.id).toEqual(model.normalisation);
      expect(preset?.licence.id, model.id).toBe(model.licence.id);
      expect([preset?.architecture.width, preset?.architecture.patchPixels], model.id).toEqual([
        model.width,
        model.patchPixels,
      ]);
    }
    const { mean, std } = normalisationLimits;
    for (const { normalisation } of hubModels) {
      for (const value of normalisation?.mean ?? []) expect(value >= mean.min && value <= mean.max).toBe(true);
      for (const value of normalisation?.std ?? []) expect(value >= std.min && value <= std.max).toBe(true);
    }
  });
});

describe("a record of a download", () => {
  const download: KeptDownload = {
    id: "x",
    repo: "a/b",
    base: "https://huggingface.co",
    commit: "a".repeat(40),
    files: [
      {
        path: "model.safetensors",
        bytes: 9,
        sha256: "c".repeat(64),
        gitId: null,
        etag: '"e"',
        done: { sha256: "c".repeat(64), against: "hub-sha256" },
      },
      { path: "config.json", bytes: null, sha256: null, gitId: "d".repeat(40), etag: null, done: null },
    ],
  };
  test("comes back as it was; one of a later version or a damaged one is refused", () => {
    expect(parseKeptDownload(structuredClone(storedKeptDownload(download)))).toEqual(download);
    expect(saying(() => parseKeptDownload({ ...download, format: "pathotune-download/2" }))).toContain("damaged");
    const stored = storedKeptDownload(download) as object;
    for (const wrong of [{ commit: "main" }, { files: [] }, { files: [{}] }, { id: 7 }]) {
      expect(saying(() => parseKeptDownload({ ...stored, ...wrong }))).toContain("damaged");
    }
  });
});

test("a busy server says in seconds or by a date how long it wants to be left alone", () => {
  const now = Date.parse("Thu, 26 Nov 2026 09:00:00 GMT");
  expect(retryAfterSeconds("120", now)).toBe(120);
  expect(retryAfterSeconds("Thu, 26 Nov 2026 09:00:30 GMT", now)).toBe(30);
  expect(retryAfterSeconds("Thu, 26 Nov 2026 08:00:30 GMT", now)).toBe(0);
  for (const none of [null, undefined, "soon", "-5", 7]) expect(retryAfterSeconds(none, now)).toBe(0);
});

test("a server is approved by its origin, or as a subdomain by a star, never as a name that only ends alike", () => {
  const approved = ["https://huggingface.co", "https://*.hf.co"];
  for (const origin of ["https://huggingface.co", "https://cas-bridge.xethub.hf.co", "https://cdn.hf.co"]) {
    expect(isApproved(origin, approved), origin).toBe(true);
  }
  for (const origin of [
    "http://huggingface.co",
    "https://evilhf.co",
    "https://hf.co",
    "https://huggingface.co:8443",
    "https://hf.co.evil.org",
    "http://cdn.hf.co",
  ]) {
    expect(isApproved(origin, approved), origin).toBe(false);
  }
});
