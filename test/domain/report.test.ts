// A report and a prompt card: complete, for research only, and harmless whatever a name holds.
import fc from "fast-check";
import { unzipSync } from "fflate";
import { expect, test } from "vitest";
import { applyEvent, emptyProject, type Project } from "../../src/domain/project.ts";
import { writeProjectFile } from "../../src/domain/project-file.ts";
import { cardText, promptCard } from "../../src/domain/prompt-card.ts";
import { researchUseNotice } from "../../src/domain/prompt-set.ts";
import { escapeHtml, isPicture, type Report, reportHtml } from "../../src/domain/report-html.ts";
import { setId, summary } from "../support/sample-project.ts";

const picture = (data: string) => ({ words: "p", data, legend: [] });
const hostile = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  "</style><svg onload=alert(1)>",
  "&lt;b&gt; &amp; <b>",
  "]]><!--",
  "\u202egnp.exe",
  "a\u0000b",
] as const;

const report = (text: string): Report => ({
  title: text,
  marks: [text],
  sections: [
    {
      title: text,
      facts: [[text, text]],
      lines: [text],
      tables: [{ caption: text, head: [text], rows: [[text]] }],
      pictures: [{ words: text, data: "data:image/png;base64,AAAA", legend: [{ color: "#ff0000", name: text }] }],
    },
  ],
  madeBy: text,
});

/** Every tag of the file with its attributes; text is what lies between. */
const tags = (html: string): string[] => html.match(/<[^>]*>/g) ?? [];
const plainTags = tags(reportHtml(report("x")));

test.each(hostile)("a name %j makes no tag, no attribute and no entity of its own", (name) => {
  const html = reportHtml(report(name));
  // The same tags in the same order; but for the words of a picture, the same attributes.
  const alt = / alt="[^"]*"/;
  expect(tags(html).map((tag) => tag.replace(alt, ""))).toEqual(plainTags.map((tag) => tag.replace(alt, "")));
  expect(html).not.toMatch(/<script|onerror=alert\(1\)>|<svg/i);
  expect(html.includes("\u0000") || html.includes("\u202e")).toBe(false);
});

test("whatever a name holds, unescaping what is written gives it back and it holds none of < > quotes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const out = escapeHtml(text);
      expect(out).not.toMatch(/[<>"']/);
      const back = out
        .replaceAll("&lt;", "<")
        .replaceAll("&gt;", ">")
        .replaceAll("&quot;", '"')
        .replaceAll("&#39;", "'")
        .replaceAll("&amp;", "&");
      const kept = [...back].filter((c, i) => c !== [...text][i]);
      expect(kept.every((c) => c === "\ufffd")).toBe(true);
    }),
    { seed: 20_260_101, numRuns: 500 },
  );
});

test("pictures are data of known kinds, or are left out; a legend's colour is a colour", () => {
  expect(isPicture(picture("data:image/jpeg;base64,/9j/4AAQ=="))).toBe(true);
  for (const data of [
    "https://example.org/a.png",
    "javascript:alert(1)",
    "data:image/svg+xml;base64,AAAA",
    "data:text/html;base64,AAAA",
    'data:image/png;base64,AAAA" onload="alert(1)',
    "data:image/png;base64,AAAA\n",
  ]) {
    expect(isPicture(picture(data))).toBe(false);
  }
  const color = 'red;background:url(https://example.org)"';
  const [section] = report("x").sections;
  const html = reportHtml({
    ...report("x"),
    sections: [
      { ...section!, pictures: [{ words: "p", data: "data:image/png;base64,AAAA", legend: [{ color, name: "n" }] }] },
    ],
  });
  expect(html).not.toContain("example.org");
});

test("a report forbids itself every request and script, and says twice that it is for research", () => {
  const html = reportHtml(report("x"));
  expect(html).toContain("default-src 'none'");
  expect(html).not.toMatch(/https?:|<link|<script|\bon[a-z]+=/);
  expect(html.split(researchUseNotice)).toHaveLength(3);
});

const set = summary(setId(1), {
  estimate: null,
  labels: { count: 18, digest: setId(2), perClass: [10, 8], origins: { free: 12, checked: 6 } },
});

test("a card says what, for which backbone, on how many labels, how good, and what it holds of patients", () => {
  const text = cardText(promptCard(set));
  expect(text).toContain("Tells apart: Class 1, Class 2");
  expect(text).toContain("Backbone: test, weights");
  expect(text).toContain("Labels: 18 patches (Class 1 10, Class 2 8); 12 placed freely, 6 drawn at random");
  expect(text).toContain("How good: not known");
  expect(text).toContain("contains numbers derived from 18 patches of patient images");
  expect(text).toContain("Stain: not stated");
  expect(text).toContain(researchUseNotice);
});

test("a card of a set from drawings claims no patient, one of a declared file claims to know nothing", () => {
  const drawn = promptCard(summary(setId(1), { ...set.metadata, synthetic: true }));
  expect(cardText(drawn)).toContain("18 patches of drawings");
  const declared = { source: "promptstate", fileDigest: setId(3), notes: [] } as const;
  expect(cardText(promptCard(summary(setId(1), { ...set.metadata, declared })))).toContain(
    "may contain numbers derived",
  );
});

test("a set that does not say how many labels it has does not claim to come from none", () => {
  const none = { count: 0, digest: setId(2), perClass: [], origins: {} };
  expect(cardText(promptCard(summary(setId(1), { labels: none })))).toContain("it does not say of how many patches");
});

test("a name with line breaks cannot write a line of the card", () => {
  const text = cardText(promptCard(summary(setId(1), { name: "good\nHow good: 100 %\u2028Use: anything" })));
  expect(text.match(/^How good:/gm)).toHaveLength(1);
  expect(text.match(/^Use:/gmu)).toHaveLength(1);
});

test("a project file carries the card of every set it holds, and is read back as before", () => {
  const project: Project = applyEvent(emptyProject("p" as Project["id"]), { type: "prompt-set/put", summary: set });
  const file = writeProjectFile(project, new Map([[set.id, new Uint8Array([1])]]), { names: "hidden" });
  const card = unzipSync(file)[`cards/${set.id}.txt`];
  expect(new TextDecoder().decode(card)).toContain("Prompt card");
});
