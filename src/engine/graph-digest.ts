// The name of a backbone whose tensors are not known by what they do: one hash over all of its graph. Knows no network.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { WeightsDigest } from "../base/brand.ts";
import { present } from "../base/fault.ts";
import type { Attributes, Graph, Initializer, Node } from "../graph/ir.ts";
import { createLinks } from "../graph/vit/links.ts";
import { type WeightReader, weightValues } from "../graph/weight-file.ts";
import { floatsToHalves } from "../math/half.ts";

/** No digest of tensors begins so: the two kinds of names never meet. */
const domain = "pathotune graph digest 1\n";

/**
 * sha256 over the text above and one line of JSON for each input, constant, node and output of the graph, in the order in which a walk
 * from the outputs to the inputs leaves them: names, unused parts and the order of a file's nodes make no difference. Values are called
 * by the number of their node; weights follow their line, rounded to fp16 (ties to even, little endian) in the graph's orientation,
 * small constants are written in it. It names one export of a network: another exporter, or a version of this program that
 * brings graphs into another canonical form, gives another name.
 */
export function graphDigest(graph: Graph, read: WeightReader): WeightsDigest {
  const hash = sha256.create();
  const encoder = new TextEncoder();
  const write = (line: readonly unknown[]): void => {
    hash.update(encoder.encode(`${JSON.stringify(line)}\n`));
  };
  hash.update(encoder.encode(domain));
  const called = new Map<string, string>([["", "none"]]);
  const frozen = new Map(graph.initializers.map((entry) => [entry.name, entry]));
  graph.inputs.forEach(({ name, dtype, shape }, i) => {
    called.set(name, `input ${i}`);
    write(["input", dtype, shape]);
  });
  const callConstant = (entry: Initializer): void => {
    const { source, name, dtype, shape } = entry;
    if (called.has(name)) return;
    called.set(name, `constant ${called.size}`);
    if (source.kind === "inline") {
      write(["constant", dtype, shape, [...source.values].map(String)]);
      return;
    }
    write(["weight", dtype, shape]);
    hash.update(new Uint8Array(floatsToHalves(weightValues({ ...entry, source }, read)).buffer));
  };
  for (const node of inWalkOrder(graph)) {
    for (const name of node.inputs) {
      const entry = frozen.get(name);
      if (entry) callConstant(entry);
    }
    const inputs = node.inputs.map((name) => present(called.get(name), `what ${name} is called`));
    const number = called.size;
    node.outputs.forEach((name, i) => {
      if (name !== "") called.set(name, `node ${number} output ${i}`);
    });
    write(["node", number, node.op, attributeText(node.attributes), inputs, node.outputs.map((name) => name !== "")]);
  }
  write(["outputs", graph.outputs.map(({ name, dtype, shape }) => [called.get(name) ?? name, dtype, shape])]);
  return bytesToHex(hash.digest()) as WeightsDigest;
}

const attributeText = (attributes: Attributes) =>
  Object.entries(attributes)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { kind, value }]) => [key, kind, Array.isArray(value) ? value.map(String) : String(value)]);

/** Each node after all it reads, beginning with what the first input of the first output reads. */
function inWalkOrder(graph: Graph): readonly Node[] {
  const { writer } = createLinks(graph);
  const order: Node[] = [];
  const entered = new Set<Node>();
  const open: Readonly<{ node: Node; leaving: boolean }>[] = [];
  const enter = (names: readonly string[]): void => {
    for (const name of names.toReversed()) {
      const node = writer.get(name);
      if (node && !entered.has(node)) open.push({ node, leaving: false });
    }
  };
  enter(graph.outputs.map(({ name }) => name));
  for (let at = open.pop(); at; at = open.pop()) {
    if (at.leaving) order.push(at.node);
    else if (!entered.has(at.node)) {
      entered.add(at.node);
      open.push({ node: at.node, leaving: true });
      enter(at.node.inputs);
    }
  }
  return order;
}

/**
 * sha256 over a graph as it is written, names included, without its weights: what is kept of a graph under the names of its values is
 * kept for this graph alone, though another one may compute the same network.
 */
export function writtenDigest({ inputs, outputs, nodes, initializers }: Graph): string {
  const constants = initializers.map(({ source, ...entry }) => [
    entry,
    source.kind === "inline" ? [...source.values].map(String) : source,
  ]);
  return bytesToHex(sha256(new TextEncoder().encode(JSON.stringify([inputs, outputs, nodes, constants]))));
}
