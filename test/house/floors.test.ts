// The rules of the house, executed: who may import whom, what the core may touch, how files look.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const src = join(root, "src");

/** The picture of src/README.md as a table. `packages`: npm packages a folder may import. */
const house: Record<string, Readonly<{ imports: readonly string[]; packages: readonly string[] }>> = {
  base: { imports: [], packages: [] },
  words: { imports: [], packages: [] },
  math: { imports: ["base"], packages: [] },
  domain: { imports: ["base", "words", "math"], packages: ["@noble/hashes", "fflate"] },
  protocol: { imports: ["base", "domain"], packages: [] },
  graph: { imports: ["base", "math"], packages: ["@bufbuild/protobuf"] },
  synth: { imports: ["base", "math", "domain"], packages: [] },
  slide: {
    imports: ["base", "domain", "math", "protocol"],
    packages: ["@noble/hashes", "fflate", "fzstd", "zarrita", "numcodecs"],
  },
  engine: { imports: ["base", "domain", "math", "graph", "protocol"], packages: ["@noble/hashes"] },
  "platform/page": { imports: ["base", "domain", "math", "protocol", "slide", "engine"], packages: ["idb"] },
  "platform/ort": {
    imports: ["base", "domain", "math", "protocol", "graph", "engine"],
    packages: ["onnxruntime-web"],
  },
  "platform/worker": {
    imports: ["platform/ort", "base", "domain", "math", "protocol", "graph", "slide", "engine"],
    packages: ["onnxruntime-web", "idb", "@huggingface/transformers", "@cornerstonejs/"],
  },
  "platform/node": {
    imports: ["platform/ort", "base", "domain", "math", "protocol", "graph", "slide", "engine", "synth"],
    packages: ["onnxruntime-web", "onnxruntime-node", "@cornerstonejs/", "sharp", "node:"],
  },
  state: { imports: ["base", "words", "math", "domain", "protocol"], packages: ["zustand"] },
  viewer: { imports: ["base", "words", "math", "domain", "protocol"], packages: ["openseadragon"] },
  plot: { imports: ["base", "math", "domain"], packages: ["uplot"] },
  ui: {
    imports: ["base", "words", "math", "domain", "protocol", "state", "viewer", "plot", "platform/page"],
    packages: ["react", "react-dom", "@mantine/core", "@mantine/hooks", "@tabler/icons-react", "zustand"],
  },
};
const roofs = ["app", "worker", "cli"];
const core = ["base", "words", "math", "domain", "protocol", "graph", "synth", "slide", "engine"];

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

const files = filesUnder(src).map((path) => {
  const name = relative(src, path);
  const parts = name.split("/");
  const place = parts[0] === "platform" ? `platform/${parts[1]}` : (parts[0] ?? "");
  const text = readFileSync(path, "utf8");
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|[^:"'`])\/\/.*$/gm, "$1");
  const imports = [...code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["']([\w@.][^"'\s]*)["']/g)].map(
    (match) => match[1] ?? "",
  );
  return { name, path, place, text, code, imports };
});

function placeOf(path: string): string {
  const parts = relative(src, path).split("/");
  return parts[0] === "platform" ? `platform/${parts[1]}` : (parts[0] ?? "");
}

describe("the house", () => {
  test("has only the rooms of its picture", () => {
    const rooms = new Set(files.map((file) => file.place));
    expect([...rooms].filter((room) => !(room in house) && !roofs.includes(room))).toEqual([]);
  });

  test("imports point down only, and nobody imports a roof", () => {
    const wrong: string[] = [];
    for (const file of files) {
      for (const specifier of file.imports.filter((s) => s.startsWith("."))) {
        const target = placeOf(resolve(dirname(file.path), specifier));
        if (target === file.place) continue;
        const allowed = house[file.place]?.imports ?? Object.keys(house);
        if (!allowed.includes(target)) wrong.push(`${file.name} imports ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("each floor uses only the packages it is allowed", () => {
    const wrong: string[] = [];
    for (const file of files) {
      const allowed = house[file.place]?.packages;
      if (!allowed) continue;
      for (const specifier of file.imports.filter((s) => !s.startsWith("."))) {
        if (
          !allowed.some((name) => specifier === name || specifier.startsWith(`${name}/`) || specifier.startsWith(name))
        ) {
          wrong.push(`${file.name} imports ${specifier}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test("the core reads no clock, no randomness and no host", () => {
    // What else a host offers (window, document, self ...) does not compile there: tsconfig.core.json.
    const forbidden =
      /\b(Date\.now|new Date\b|Math\.random|performance\.|setTimeout|setInterval|fetch\(|console\.|globalThis|process\.|indexedDB|localStorage|XMLHttpRequest|eval\(|new Function)/;
    const wrong = files
      .filter((file) => core.includes(file.place) && !file.name.endsWith(".d.ts"))
      .flatMap((file) => {
        const found = forbidden.exec(file.code);
        return found ? [`${file.name}: ${found[0]}`] : [];
      });
    expect(wrong).toEqual([]);
  });

  test("every file says in its first line what it knows", () => {
    const generated = ["graph/onnx/onnx_pb.ts"];
    const wrong = files
      .filter((file) => !generated.includes(file.name) && !/^(\/\/|\/\*|#!)/.test(file.text))
      .map((file) => file.name);
    expect(wrong).toEqual([]);
  });

  test("no file holds two ideas: 350 lines at most", () => {
    const generated = ["graph/onnx/onnx_pb.ts"];
    const long = files
      .filter((file) => !generated.includes(file.name))
      .map((file) => ({ name: file.name, lines: file.text.split("\n").length }))
      .filter((file) => file.lines > 350);
    expect(long).toEqual([]);
  });

  test("no barrels, no utils", () => {
    const wrong = files.filter((file) => /(^|\/)(index|utils?|helpers?|common|misc)\.tsx?$/.test(file.name));
    expect(wrong.map((file) => file.name)).toEqual([]);
  });

  test("onnxruntime's default entry (the deprecated JSEP build) is imported nowhere", () => {
    const wrong = files.filter((file) => file.code.match(/from\s*["']onnxruntime-web(\/all)?["']/));
    const values = wrong.filter((file) => !/import type[^;]*from\s*["']onnxruntime-web["']/.test(file.code));
    expect(values.map((file) => file.name)).toEqual([]);
  });
});

describe("the repository", () => {
  test("pins onnxruntime-web and OpenSeadragon exactly", () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(dependencies["onnxruntime-web"]).toMatch(/^\d+\.\d+\.\d+$/);
    expect(dependencies.openseadragon).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test("its lock file names no registry", () => {
    const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
    const entries = Object.values(lock.packages) as { resolved?: string }[];
    expect(entries.filter((entry) => entry.resolved !== undefined)).toEqual([]);
  });
});
