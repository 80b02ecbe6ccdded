// What the first page weighs, as a server would send it. Reads a built app; knows no browser.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

export type FirstPage = Readonly<{
  /** The page's script and all it imports at once. */
  scripts: readonly string[];
  styles: readonly string[];
  /** Gzipped bytes. `first`: the scripts. `withViewer`: what is loaded beside them before a slide is seen, the styles too. */
  first: number;
  withViewer: number;
}>;

const gzipped = (path: string): number => gzipSync(readFileSync(path), { level: 9 }).length;

/** Not workers, runtime, model and slide: those are told by other figures. */
export function firstPage(dist: string): FirstPage {
  const html = readFileSync(join(dist, "index.html"), "utf8");
  const named = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.(?:js|css))"/g)].map((match) => match[1] ?? "");
  const scripts = named.filter((name) => name.endsWith(".js"));
  const styles = named.filter((name) => name.endsWith(".css"));
  const beside = readdirSync(join(dist, "assets"))
    .filter((name) => /^(?:create-viewer|zone-panel)-.*\.(?:js|css)$/.test(name))
    .map((name) => `assets/${name}`);
  const sum = (names: readonly string[]): number => names.reduce((bytes, name) => bytes + gzipped(join(dist, name)), 0);
  const first = sum(scripts);
  return { scripts, styles, first, withViewer: first + sum(styles) + sum(beside) };
}
