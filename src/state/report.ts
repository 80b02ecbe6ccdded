// What a report says of the slide on the screen and of who answers there: words and numbers, no pictures. Pure. No file name, no address,
// no case, no property of the file and no time goes in.
import { appVersion } from "../domain/app-version.ts";
import { estimateWords } from "../domain/estimate-words.ts";
import { promptCard } from "../domain/prompt-card.ts";
import type { Report, ReportPicture, ReportSection, ReportTable } from "../domain/report-html.ts";
import type { SlideInfo } from "../domain/slide.ts";
import { fixed, say, written } from "../words/say.ts";
import type { AppState } from "./action.ts";
import { figuresShown, shownMap } from "./map-looks.ts";
import type { MapRegistry } from "./map-registry.ts";
import { activeSetHere, countsPerClass, currentSlide, labelsHere, slideMpp } from "./selectors.ts";

export type ReportPictures = Readonly<{
  slide: readonly ReportPicture[];
  map: readonly ReportPicture[];
  labels: readonly ReportPicture[];
}>;
export const noPictures: ReportPictures = { slide: [], map: [], labels: [] };

const section = (title: string, parts: Partial<Omit<ReportSection, "title">>): ReportSection => ({
  title,
  facts: [],
  lines: [],
  tables: [],
  pictures: [],
  ...parts,
});

/** `checks`: sections of blind checks, in words of the screen. */
export function reportOf(
  state: AppState,
  maps: MapRegistry,
  pictures: ReportPictures,
  checks: readonly ReportSection[],
): Report | null {
  const slide = currentSlide(state);
  if (!slide) return null;
  const set = activeSetHere(state);
  const synthetic = slide.info.origin === "generated";
  return {
    title: say("PathoTune report of slide {id}", { id: slide.info.id.slice(0, 8) }),
    marks: [
      ...(synthetic
        ? [say("Synthetic: this slide is drawn by a program. Nothing here is evidence about tissue.")]
        : []),
      ...(!synthetic && Object.values(pictures).some((list) => list.length > 0)
        ? [say("The pictures show tissue of a patient: pass this file on as you would pass on the slide.")]
        : []),
    ],
    sections: [
      section(say("Slide"), { facts: slideFacts(slide.info), pictures: pictures.slide }),
      ...mapSection(state, maps, pictures.map),
      ...checks,
      ...(set?.metadata.estimate ? [estimateSection(set.metadata.estimate, set.metadata.classes)] : []),
      ...(set
        ? [section(say("Prompt card"), { facts: promptCard(set).map(({ term, text }) => [term, text] as const) })]
        : []),
      labelSection(state, pictures.labels),
    ],
    madeBy: say(
      "Made by PathoTune {appVersion} in the browser. File names, addresses, cases and the slide's own fields are left out.",
      { appVersion },
    ),
  };
}

function slideFacts(info: SlideInfo): ReportSection["facts"] {
  const mpp = slideMpp(info.calibration);
  const mm = (pixels: number): string => fixed((pixels * (mpp ?? 0)) / 1000, 1);
  return [
    [say("Identity"), say("{id} (of its content, not of its name)", { id: info.id.slice(0, 16) })],
    [say("Size"), `${info.width} × ${info.height} px${mpp ? `, ${mm(info.width)} × ${mm(info.height)} mm` : ""}`],
    [say("Scale"), mpp ? `${written(Number(mpp.toPrecision(4)))} µm/px` : say("unknown")],
  ];
}

function mapSection(state: AppState, maps: MapRegistry, pictures: readonly ReportPicture[]): readonly ReportSection[] {
  const map = shownMap(state, maps);
  if (!map?.layer) return [];
  const figures = figuresShown(state, map);
  const { threshold } = state.session.maps.view;
  const area = (mm2: number): string => `${written(Number(mm2.toPrecision(3)))} mm²`;
  const table: ReportTable = {
    caption: say("Area of the patches called a class, not area of tumour"),
    head: [say("Called"), say("patches"), say("area")],
    rows: [
      ...map.layer.classes.map(({ name }, i) => [
        name,
        String(figures.classes[i]?.patches ?? 0),
        area(figures.classes[i]?.areaMm2 ?? 0),
      ]),
      [say("uncertain"), String(figures.uncertain), ""],
      [say("not computed"), String(figures.notComputed), ""],
    ],
  };
  const lines = [
    say("Answered by “{name}”, called from a score of {threshold}; scores, not probabilities.", {
      name: map.layer.name,
      threshold: fixed(threshold, 2),
    }),
    ...(figures.labelled > 0
      ? [say("{labelled} labelled patches are in no figure.", { labelled: figures.labelled })]
      : []),
  ];
  return [section(say("Map"), { lines, tables: [table], pictures })];
}

function estimateSection(...[estimate, classes]: Parameters<typeof estimateWords>): ReportSection {
  const words = estimateWords(estimate, classes);
  const lines = [
    words.headline,
    ...[words.counts, words.frozen, words.majority, words.meaning, words.origins].filter((line) => line !== null),
    ...words.withoutFigure,
  ];
  const nameOf = (id: string): string => classes.find((c) => c.id === id)?.name ?? "?";
  const tables: ReportTable[] =
    estimate.kind === "figure"
      ? [
          {
            caption: say("Rows: labels. Columns: answers on held-out labels."),
            head: ["", ...estimate.classIds.map(nameOf)],
            rows: estimate.confusion.map((row, i) => [nameOf(estimate.classIds[i] ?? ""), ...row.map(String)]),
          },
        ]
      : [];
  return section(say("Held-out estimate"), { lines, tables });
}

function labelSection(state: AppState, pictures: readonly ReportPicture[]): ReportSection {
  const counts = countsPerClass(state);
  const here = labelsHere(state);
  const rows = state.project.project.classes.map(({ id, name }) => [
    name,
    String(counts.get(id) ?? 0),
    String(here.filter(({ classId }) => classId === id).length),
  ]);
  return section(say("Labels"), {
    tables: [{ caption: say("Labels of this project"), head: [say("Class"), say("all"), say("on this slide")], rows }],
    pictures,
  });
}
