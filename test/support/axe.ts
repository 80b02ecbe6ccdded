// axe-core in a page: what stands in the way of people who do not use eyes or a pointer. Knows no screen of the app.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";

declare const axe: typeof import("axe-core");

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Serious and critical findings of WCAG 2.2 A and AA, as one line an element. */
export async function findings(page: Page): Promise<readonly string[]> {
  // The page's policy allows no foreign script by address; evaluating comes from the test's own channel.
  await page.evaluate(source);
  const results: AxeResults = await page.evaluate(() =>
    axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
      resultTypes: ["violations"],
    }),
  );
  return results.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.html.slice(0, 160)} (${node.any[0]?.message ?? ""})`),
    );
}
