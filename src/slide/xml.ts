// XML as slide formats use it: elements, attributes, text. Knows no schema; refuses document types, so no entity can expand.
import { Fault } from "../base/fault.ts";

export type XmlElement = Readonly<{
  /** Without its namespace prefix. */
  name: string;
  attributes: ReadonlyMap<string, string>;
  children: readonly XmlElement[];
  /** All text directly inside, entities resolved. */
  text: string;
}>;

const maxElements = 200_000;
const maxDepth = 64;
const maxAttributes = 1000;

type Open = { name: string; attributes: Map<string, string>; children: XmlElement[]; text: string };

/** The root element. Fault `damaged` names `what` where the text is not well-formed, `limit` where it is absurdly large. */
export function parseXml(text: string, what: string): XmlElement {
  const root: Open = { name: "", attributes: new Map(), children: [], text: "" };
  const stack: Open[] = [root];
  let elements = 0;
  let at = 0;
  const top = (): Open => stack.at(-1) ?? root;
  const skipTo = (mark: string): number => {
    const end = text.indexOf(mark, at);
    if (end < 0) throw damaged(what, `"${mark}" is missing`);
    return end + mark.length;
  };
  while (at < text.length) {
    const tagAt = text.indexOf("<", at);
    const end = tagAt < 0 ? text.length : tagAt;
    if (end > at) top().text += resolve(text.slice(at, end));
    at = end;
    if (tagAt < 0) break;
    if (text.startsWith("<!--", at)) at = skipTo("-->");
    else if (text.startsWith("<![CDATA[", at)) {
      const close = skipTo("]]>");
      top().text += text.slice(at + 9, close - 3);
      at = close;
    } else if (text.startsWith("<?", at)) at = skipTo("?>");
    else if (text.startsWith("<!", at)) throw damaged(what, "it declares a document type");
    else if (text.startsWith("</", at)) {
      const close = skipTo(">");
      const name = localName(text.slice(at + 2, close - 1).trim());
      if (stack.length === 1 || top().name !== name) throw damaged(what, `"${name}" is closed but not open`);
      stack.pop();
      at = close;
    } else {
      if (++elements > maxElements || stack.length > maxDepth) {
        throw new Fault("limit", `${what} is XML with too many or too deeply nested elements.`);
      }
      const read = readStart(text, at, what);
      top().children.push(read.element);
      if (!read.closed) stack.push(read.element);
      at = read.end;
    }
  }
  const [first] = root.children;
  if (stack.length > 1) throw damaged(what, `"${top().name}" is not closed`);
  if (!first) throw damaged(what, "it has no element");
  return first;
}

const nameAt = /[^\s=/><"']+/y;
const valueAt = /\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const spaceAt = /\s*/y;

function readStart(
  text: string,
  from: number,
  what: string,
): Readonly<{ element: Open; closed: boolean; end: number }> {
  const take = (pattern: RegExp, at: number): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  const name = take(nameAt, from + 1);
  if (!name) throw damaged(what, `no name at its character ${from}`);
  const attributes = new Map<string, string>();
  let at = from + 1 + name[0].length;
  for (;;) {
    at += take(spaceAt, at)?.[0].length ?? 0;
    const closed = text.startsWith("/>", at);
    if (closed || text[at] === ">") {
      const element = { name: localName(name[0]), attributes, children: [], text: "" };
      return { element, closed, end: at + (closed ? 2 : 1) };
    }
    const key = take(nameAt, at);
    const value = key && take(valueAt, at + key[0].length);
    if (attributes.size === maxAttributes) throw new Fault("limit", `${what} is XML with too many attributes.`);
    if (!key || !value) throw damaged(what, `no attribute at its character ${at}`);
    attributes.set(localName(key[0]), resolve(value[1] ?? value[2] ?? ""));
    at += key[0].length + value[0].length;
  }
}

const localName = (name: string): string => name.slice(name.indexOf(":") + 1);

/** A Map: names come from the file, and an object has names of its own. */
const known: ReadonlyMap<string, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);

/** The five entities of XML itself and characters by number; anything else stays as it is written. */
function resolve(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(#x[0-9a-fA-F]{1,6}|#[0-9]{1,7}|[a-z]+);/g, (whole, name: string) => {
    if (!name.startsWith("#")) return known.get(name) ?? whole;
    const code = name[1] === "x" ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** All elements of that name below `element`, in document order. */
export function descendants(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...descendants(child, name)]);
}

export const childrenOf = (element: XmlElement, name: string): readonly XmlElement[] =>
  element.children.filter((child) => child.name === name);

export const childOf = (element: XmlElement, name: string): XmlElement | null =>
  element.children.find((child) => child.name === name) ?? null;

function damaged(what: string, how: string): Fault {
  return new Fault("damaged", `${what} is not readable XML: ${how}.`);
}
