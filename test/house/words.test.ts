// The texts of the app, held against its languages: nothing on the screen is said past the tables, and the tables hold nothing else.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseSync } from "vite";
import { describe, expect, test } from "vitest";
import { heard } from "../../src/words/de/heard.ts";
import { de } from "../../src/words/de.ts";
import { heard as hear } from "../../src/words/heard.ts";
import { speak } from "../../src/words/say.ts";

const src = join(import.meta.dirname, "..", "..", "src");

type Node = Readonly<{ type: string; start: number; end: number } & Record<string, unknown>>;
const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string";

/** Every node, from the outside in; `inside`: the nodes around it, the nearest last. */
function walk(node: Node, visit: (node: Node, inside: readonly Node[]) => void, inside: readonly Node[] = []): void {
  visit(node, inside);
  const around = [...inside, node];
  for (const value of Object.values(node)) {
    for (const one of Array.isArray(value) ? value : [value]) if (isNode(one)) walk(one, visit, around);
  }
}

const files = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return { name: relative(src, path), text: readFileSync(path, "utf8") };
  })
  .filter(({ name }) => /^(ui|viewer|plot|state|domain|app)\//.test(name))
  .map((file) => ({ ...file, program: parseSync(file.name, file.text).program as unknown as Node }));

/** Not yet said by the tables. It may only become shorter. */
const notYetMoved: readonly string[] = [];

/** The app's own name, units, and what is typed or read as it stands in every language. */
const sameEverywhere =
  /^(PathoTune|Patho|Tune|px|µm\/px|mm²?|MB|KB|GB|Esc|Alt|H&E|https:\/\/\S+|\S+\.(json|onnx|safetensors)(, \S+\.(json|onnx))*|\.(onnx|safetensors))$/;

/** Attributes a person reads or is told. */
const read = new Set(
  "aria-label title placeholder label description alt hint words name about thumbLabel caption detail".split(" "),
);

const isProse = (text: string): boolean =>
  text
    .replace(/\{\w*\}/g, "")
    .split(/[\s,·×]+/)
    .some((word) => /[A-Za-z]{2}/.test(word) && !sameEverywhere.test(word));

/** The last name of what is called: "dispatch" of `context.project.dispatch(…)`. */
function calleeOf(call: Node | undefined): string {
  const callee = isNode(call?.callee) ? call.callee : null;
  const name = callee?.type === "MemberExpression" ? (callee.property as Node) : callee;
  return typeof name?.name === "string" ? name.name : "";
}

/** Of the change that is dispatched: `undoable: true`. */
const isUndoable = (change: Node | undefined): boolean =>
  ((change?.properties ?? []) as readonly Node[]).some(
    ({ key, value }) => isNode(key) && key.name === "undoable" && isNode(value) && value.value === true,
  );

const written = (node: unknown): string | null => {
  if (!isNode(node)) return null;
  if (node.type === "Literal") return typeof node.value === "string" ? node.value : null;
  if (node.type !== "TemplateLiteral") return null;
  return (node.quasis as readonly { value: { cooked: string } }[]).map(({ value }) => value.cooked).join("{}");
};

describe("what stands on the screen", () => {
  test("is said by the tables: no text, label, title or hint of a component is written past them", () => {
    const found = files
      .filter(({ name }) => name.startsWith("ui/") && name.endsWith(".tsx") && !notYetMoved.includes(name))
      .flatMap((file) => {
        const wrong: string[] = [];
        walk(file.program, (node, inside) => {
          const holder = inside.at(-1);
          const text = node.type === "JSXText" ? String(node.value) : written(node);
          if (text === null || !isProse(text)) return;
          // Straight in an attribute or a child, or as one of the answers of a question there.
          const at = inside.findLast(
            ({ type }) => !/^(JSXExpressionContainer|ConditionalExpression|LogicalExpression)$/.test(type),
          );
          const asked = holder?.type === "ConditionalExpression" && holder.test === node;
          const attribute = at?.type === "JSXAttribute" ? String((at.name as Node).name) : null;
          const child = at?.type === "JSXElement" || at?.type === "JSXFragment";
          if (!asked && (node.type === "JSXText" || child || (attribute !== null && read.has(attribute))))
            wrong.push(`${file.name}: ${text.trim()}`);
        });
        return wrong;
      });
    expect(found).toEqual([]);
  });

  test("is not in a table twice, and nothing is there that is said nowhere", () => {
    const parts = readdirSync(join(src, "words/de")).map((name) => readFileSync(join(src, "words/de", name), "utf8"));
    const entries = parts.flatMap((text) => [...text.matchAll(/^ {2}("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\w+):/gm)]);
    expect(entries.length).toBe(Object.keys(de).length);

    const said = new Set<string>();
    for (const file of files) walk(file.program, (node) => said.add(written(node) ?? ""));
    const idle = Object.keys(de).filter((key) => !said.has(key) && !(key in heard));
    expect(idle).toEqual([]);
  });

  test("names every step that can be undone in another language: titles are kept in English and heard in it", () => {
    const titles: string[] = [];
    for (const file of files.filter(({ name }) => name.startsWith("state/actions/"))) {
      walk(file.program, (node, inside) => {
        const called = inside.findLast(({ type }) => type === "CallExpression");
        const dispatched = /\bdispatch$|^(put|putTissue)$/.test(calleeOf(called));
        const property = inside.findLast(({ type }) => type === "Property");
        const title = isNode(property?.key) && property.key.name === "title";
        const asTitle = title || /^(put|putTissue)$/.test(calleeOf(called));
        const [change] = (called?.arguments as readonly Node[] | undefined) ?? [];
        const once = title && !isUndoable(change);
        const part = inside.some(({ type }) => type === "TemplateLiteral");
        const text = part || once || !dispatched || !asTitle ? null : written(node);
        // The count of labels comes with its noun.
        if (text !== null && /^[A-Z]/.test(text)) {
          titles.push(text === "Remove {}" ? "Remove 7 labels" : text.replaceAll("{}", "Xyz"));
        }
      });
    }
    expect(titles.length).toBeGreaterThan(25);
    speak({ tag: "de", table: de });
    const english = titles.filter((text) => hear(text) === text);
    speak({ tag: "en", table: null });
    expect(english).toEqual([]);
  });

  test("has the same gaps in every language", () => {
    const gaps = (text: string): string => [...new Set(text.match(/\{\w+\}/g))].toSorted().join(" ");
    const wrong = Object.entries(de).flatMap(([key, said]) =>
      (typeof said === "string" ? [said] : [said.other]).filter((text) => gaps(text) !== gaps(key)),
    );
    expect(wrong).toEqual([]);
  });
});
