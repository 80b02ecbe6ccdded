// npm run bench -- app [--json] [--fast] [--only bundle,page,pan]
// What the built app weighs and how long a person waits for it. Builds nothing: `npm run build` goes before.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { firstPage } from "./bench-app/bundle.ts";
import { measureInPage } from "./bench-app/in-page.ts";
import { longTasks, measurePan } from "./bench-app/pan.ts";
import type { ThreadCosts } from "./bench-app/trace-costs.ts";
import { attempt } from "./bench-engine/attempt.ts";
import { busyWords, machine } from "./bench-slide/machine.ts";
import { type Figure, figure, type LeftOut, printFigures } from "./figure.ts";

const root = resolve(import.meta.dirname, "..", "..");
const dist = join(root, "dist");
const { values } = parseArgs({
  options: { json: { type: "boolean" }, fast: { type: "boolean" }, only: { type: "string" } },
});
const parts = new Set((values.only ?? "bundle,page,pan").split(","));
if (!existsSync(join(dist, "index.html"))) {
  console.error("dist/ is not there: npm run build makes it.");
  process.exit(1);
}

const figures: Figure[] = [];
const leftOut: LeftOut[] = [];

if (parts.has("bundle")) {
  const { first, withViewer, scripts } = firstPage(dist);
  const on = `built app, gzip 9, ${scripts.length} scripts, without workers, runtime, model and slide`;
  figures.push(figure("app.bundle_kb", [first / 1000], "kB", on));
  figures.push(figure("app.first_view_kb", [withViewer / 1000], "kB", `${on}; with viewer and styles`));
}

/** The smallest value that at least this share of them does not exceed. */
const quantile = (list: readonly number[], share: number): number =>
  list.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * list.length) - 1)] ?? Number.NaN;

if (parts.has("page")) {
  const measured = await attempt("app.*", async () => {
    const rounds = values.fast ? 2 : 5;
    const times = await measureInPage(dist, rounds, (line) => console.error(line));
    const on = `${machine}, ${times.browser}, processor only, embedded slide and model, warm cache`;
    const ms = (name: string, list: readonly number[]): Figure => figure(name, list, "ms", on);
    const tail = (name: string, list: readonly number[]): Figure => ({
      ...figure(name, list, "ms", `${on}, of ${list.length}`),
      value: quantile(list, 0.95),
    });
    const measuredHere: readonly Figure[] = [
      ms("app.shell_ms", times.shell),
      ms("app.first_pixel_ms", times.pixel),
      ms("app.first_prediction_ms", times.prediction),
      ms("app.click_ms.p50", times.click),
      tail("app.click_ms.p95", times.click),
      tail("app.swap_ms.p95", times.swap),
      tail("app.undo_ms.p95", times.undo),
      tail("app.suggest_ms.p95", times.suggest),
    ];
    const [figuresHere, empty] = [true, false].map((any) => measuredHere.filter(({ n }) => n > 0 === any));
    const why = "nothing was shown for it; the reason stands above";
    return { figures: figuresHere ?? [], leftOut: (empty ?? []).map(({ name }) => ({ name, why })) };
  });
  figures.push(...measured.figures);
  leftOut.push(...measured.leftOut);
}

if (parts.has("pan")) {
  const measured = await attempt("app.pan_*", async () => {
    const costs = await measurePan(dist, values.fast ? 1 : 3, (line) => console.error(line));
    const over = `${costs.labels} labels and ${costs.places} map places over the slide`;
    const on = `${machine}, ${costs.browser}, ${over}, minus nothing over it, processor time of the page's main thread`;
    const more = (of: (cost: ThreadCosts) => number): readonly number[] =>
      costs.full.map((cost, i) => of(cost) - of(costs.empty[i] ?? { tasks: [], script: [] }));
    const tail = ({ script }: ThreadCosts): number => quantile(script, 0.95);
    return {
      figures: [
        figure("app.pan_long_tasks", more(longTasks), "1", on),
        figure("app.pan_script_ms.p95", more(tail), "ms", `${on}, of every frame`),
      ],
      leftOut: [],
    };
  });
  figures.push(...measured.figures);
  leftOut.push(...measured.leftOut);
}

const busy = busyWords();
if (busy) console.error(busy);
printFigures({ figures, leftOut }, values.json ?? false);
