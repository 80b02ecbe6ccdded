// A report as one HTML file that needs nothing else: no script, no link, no request. Everything a person or a file named is hostile and
// escaped; pictures are data of known kinds or are left out. Knows no screen and no slide.
import { heard } from "../words/heard.ts";
import { spokenTag } from "../words/say.ts";
import { researchUseNotice } from "./prompt-set.ts";

export type ReportTable = Readonly<{
  caption: string;
  head: readonly string[];
  rows: readonly (readonly string[])[];
}>;
/** `data`: data:image/png or jpeg, base64. `legend`: what colours in it mean, #rrggbb. */
export type ReportPicture = Readonly<{
  words: string;
  data: string;
  legend: readonly Readonly<{ color: string; name: string }>[];
}>;

export type ReportSection = Readonly<{
  title: string;
  /** Facts as term and text. */
  facts: readonly (readonly [term: string, text: string])[];
  lines: readonly string[];
  tables: readonly ReportTable[];
  pictures: readonly ReportPicture[];
}>;

export type Report = Readonly<{
  title: string;
  /** Said at the top: "Synthetic: drawn by a program". */
  marks: readonly string[];
  sections: readonly ReportSection[];
  madeBy: string;
}>;

/** Control characters, what turns the direction of text, half characters and none: no name needs them. */
const unprintable = /(?![\t\n\r])\p{Cc}|\p{Bidi_Control}|\p{Noncharacter_Code_Point}|\p{Cs}/gu;

/** For text and for attributes in double quotes alike. */
export const escapeHtml = (text: string): string =>
  text
    .replaceAll(unprintable, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");

const pictureData = /^data:image\/(png|jpeg);base64,[A-Za-z0-9+/]+={0,2}$/;

/** Of bytes, in base64; not of text that came from elsewhere. */
export const isPicture = ({ data }: ReportPicture): boolean => pictureData.test(data);

// The policy stands in the file itself, so that it holds wherever the file is opened.
const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const style = `
body{font:15px/1.5 system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;color:#1a2027;background:#fff;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;border-top:1px solid #dde2e7;padding-top:1rem;margin-top:2rem}
.notice{border:1px solid #8a5000;background:#fdf3e1;color:#8a5000;padding:.5rem .8rem;border-radius:6px;font-weight:600}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:0}dt{color:#56626f}dd{margin:0;overflow-wrap:anywhere}
table{border-collapse:collapse;margin:1rem 0}caption{text-align:left;color:#56626f}
th,td{border:1px solid #dde2e7;padding:.2rem .6rem;text-align:right}th:first-child,td:first-child{text-align:left}
figure{margin:1rem 0;display:inline-block;vertical-align:top;margin-right:1rem;max-width:100%}img{max-width:100%;height:auto;border:1px solid #dde2e7}
figcaption{color:#56626f;font-size:.85rem}figcaption i{display:inline-block;width:.8em;height:.8em;margin:0 .3em 0 .8em;border:1px solid #56626f}footer{border-top:1px solid #dde2e7;margin-top:2rem;padding-top:.6rem;color:#56626f;font-size:.85rem}
`.trim();

export function reportHtml({ title, marks, sections, madeBy }: Report): string {
  const notice = `<p class="notice">${escapeHtml(heard(researchUseNotice))}</p>`;
  return [
    "<!doctype html>",
    `<html lang="${spokenTag()}"><head><meta charset="utf-8">`,
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer">',
    `<title>${escapeHtml(title)}</title><style>${style}</style></head><body>`,
    `<h1>${escapeHtml(title)}</h1>`,
    notice,
    ...marks.map((mark) => `<p class="notice">${escapeHtml(mark)}</p>`),
    ...sections.map(sectionHtml),
    `<footer>${escapeHtml(heard(researchUseNotice))} ${escapeHtml(madeBy)}</footer>`,
    "</body></html>",
    "",
  ].join("\n");
}

function sectionHtml({ title, facts, lines, tables, pictures }: ReportSection): string {
  const list = facts.map(([term, text]) => `<dt>${escapeHtml(term)}</dt><dd>${escapeHtml(text)}</dd>`).join("");
  return [
    `<section><h2>${escapeHtml(title)}</h2>`,
    list === "" ? "" : `<dl>${list}</dl>`,
    ...lines.map((line) => `<p>${escapeHtml(line)}</p>`),
    ...tables.map(tableHtml),
    ...pictures.filter(isPicture).map(pictureHtml),
    "</section>",
  ].join("\n");
}

function tableHtml({ caption, head, rows }: ReportTable): string {
  const cells = (tag: "th" | "td", row: readonly string[]): string =>
    `<tr>${row.map((text) => `<${tag}>${escapeHtml(text)}</${tag}>`).join("")}</tr>`;
  return `<table><caption>${escapeHtml(caption)}</caption>${cells("th", head)}${rows.map((row) => cells("td", row)).join("")}</table>`;
}

function pictureHtml({ words, data, legend }: ReportPicture): string {
  const keys = legend
    .filter(({ color }) => /^#[0-9a-f]{6}$/i.test(color))
    .map(({ color, name }) => `<i style="background:${color}"></i>${escapeHtml(name)}`)
    .join(" ");
  const caption = keys === "" ? escapeHtml(words) : `${escapeHtml(words)}<br>${keys}`;
  return `<figure><img src="${data}" alt="${escapeHtml(words)}"><figcaption>${caption}</figcaption></figure>`;
}
