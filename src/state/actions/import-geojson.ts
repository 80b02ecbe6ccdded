// GeoJSON in: small classified shapes become labels, tiles with prob_ measurements a map, other areas regions. What is refused is counted
// by its reason and told; nothing is dropped in silence. Knows no file picker.
import type { ClassId, LabelId } from "../../base/brand.ts";
import { Fault, toFault } from "../../base/fault.ts";
import { centre, contains } from "../../domain/geometry.ts";
import type { Label, TissueClass } from "../../domain/label.ts";
import { cellAt, cellCentre, cellCount } from "../../domain/map-grid.ts";
import { fileLayerKey, isFileLayer, type SheetLayer, type SheetRecord } from "../../domain/map-sheet.ts";
import { type ReadShape, readGeoJson } from "../../domain/parse-geojson.ts";
import { regionAround } from "../../domain/patch.ts";
import type { ProjectEvent } from "../../domain/project.ts";
import { promptSetLimits } from "../../domain/prompt-set-limits.ts";
import { slideBounds } from "../../domain/slide.ts";
import { type ZoneId, zoneLimits } from "../../domain/zone.ts";
import { numeral, say } from "../../words/say.ts";
import { type Action, type ActionContext, stateOf } from "../action.ts";
import { sheetHere } from "../map-selectors.ts";
import { blocksPatches, canWrite, currentSlide, patchSpec, slideMpp } from "../selectors.ts";
import { notify } from "../session-store.ts";
import { nextColor } from "./classes.ts";
import { breathe } from "./exchange.ts";
import { changeMaps, readTissue } from "./maps.ts";

/** What a person can have drawn; more are a program's answers, and those come as tiles with measurements. */
const mostLabels = 20_000;
const mostZones = 2_000;
const mostClasses = 64;
const featuresAStep = 2_000;
/** Sides of a shape over the patch's: within these it is a labelled patch, beyond a region. */
const patchSides = { least: 0.2, most: 1.6 } as const;

type Taken = {
  readonly labels: {
    readonly at: { x: number; y: number };
    readonly className: string;
    readonly color: string | null;
  }[];
  readonly zones: { readonly shape: ReadShape }[];
  readonly places: { readonly at: { x: number; y: number }; readonly scores: ReadonlyMap<string, number> }[];
  readonly rejected: Map<string, number>;
};

const probabilities = (shape: ReadShape): ReadonlyMap<string, number> =>
  new Map(
    [...shape.measurements]
      .filter(([name, value]) => name.startsWith("prob_") && value >= 0 && value <= 1)
      .map(([name, value]) => [name.slice("prob_".length), value]),
  );

async function readAll(context: ActionContext, bytes: Uint8Array): Promise<Taken> {
  const state = stateOf(context);
  const slide = currentSlide(state);
  const spec = patchSpec(state);
  const patch = slide && spec && regionAround({ x: 0, y: 0 }, spec, slide.info.calibration);
  const taken: Taken = { labels: [], zones: [], places: [], rejected: new Map() };
  const reject = (why: string): void => void taken.rejected.set(why, (taken.rejected.get(why) ?? 0) + 1);
  if (!slide || !patch) return taken;
  const bounds = slideBounds(slide.info);
  /** Why it is left out; null: it is taken. */
  const take = (shape: ReadShape): string | null => {
    const at = centre(shape.bounds);
    if (!contains(bounds, at)) return say("it lies outside the slide");
    const scores = probabilities(shape);
    if (scores.size > 0) {
      taken.places.push({ at, scores });
      return null;
    }
    const side = Math.max(shape.bounds.width / patch.width, shape.bounds.height / patch.height);
    const isPoint = shape.rings.length === 0;
    const isPatch = isPoint || (side >= patchSides.least && side <= patchSides.most);
    if (shape.className !== null && isPatch && shape.metadata.PathoTune !== "region") {
      if (taken.labels.length >= mostLabels)
        return say("more than {mostLabels} labels", { mostLabels: numeral(mostLabels) });
      taken.labels.push({ at, className: shape.className, color: shape.color });
      return null;
    }
    if (isPoint) return say("a point without a class says nothing");
    if (taken.zones.length >= mostZones) return say("more than {mostZones} regions", { mostZones: numeral(mostZones) });
    const long = shape.rings.some((ring) => ring.length > zoneLimits.points);
    if (long || shape.rings.length > zoneLimits.rings) return say("its outline has too many corners");
    taken.zones.push({ shape });
    return null;
  };
  let count = 0;
  try {
    for (const feature of readGeoJson(bytes)) {
      const why = feature.kind === "rejected" ? feature.why : take(feature.shape);
      if (why !== null) reject(why);
      if (++count % featuresAStep === 0) await breathe();
    }
  } catch (error) {
    // What was read before the damage is taken, and the damage is told.
    const fault = toFault(error, "damaged", say("The file cannot be read"));
    if (count === 0) throw fault;
    reject(fault.message);
  }
  return taken;
}

export const importGeoJson: Action<Readonly<{ name: string; bytes: Uint8Array }>> = {
  id: "import/geojson",
  title: "Load GeoJSON",
  enabled: (state) => {
    const write = canWrite(state);
    return write === true ? (blocksPatches(state) ?? true) : write;
  },
  run: async (context, { name, bytes }) => {
    const taken = await readAll(context, bytes);
    const { labels, zones } = dispatchTaken(context, taken, name);
    const places = await takePlaces(context, taken, name);
    const parts = [
      labels > 0 ? say("{labels} labels", { labels }) : "",
      zones > 0 ? say("{zones} regions", { zones }) : "",
      places > 0 ? say("a map of {places} places", { places }) : "",
    ].filter((part) => part !== "");
    const refused = [...taken.rejected.values()].reduce((sum, n) => sum + n, 0);
    const reasons = [...taken.rejected]
      .toSorted((a, b) => b[1] - a[1])
      .slice(0, 5)
      .map(([why, n]) => `${n}: ${why}`);
    const report = say('"{name}": {taken} taken{refused}.', {
      name,
      taken: parts.length > 0 ? parts.join(", ") : say("nothing"),
      refused: refused > 0 ? say(", {refused} left out ({reasons})", { refused, reasons: reasons.join("; ") }) : "",
    });
    if (parts.length === 0) throw new Fault("invalid", report);
    notify(context.session, refused > 0 ? "warning" : "info", report);
  },
};

/** One change, one undo. */
function dispatchTaken(
  context: ActionContext,
  taken: Taken,
  name: string,
): Readonly<{ labels: number; zones: number }> {
  const state = stateOf(context);
  const slide = currentSlide(state);
  const spec = patchSpec(state);
  const scale = slide && slideMpp(slide.info.calibration);
  if (!slide || !spec || !scale) return { labels: 0, zones: 0 };
  const events: ProjectEvent[] = [];
  const classes: TissueClass[] = [...state.project.project.classes];
  const group = context.newId();
  const classOf = (className: string, color: string | null): TissueClass | null => {
    const known = classes.find((c) => c.name.toLowerCase() === className.toLowerCase());
    if (known) return known;
    if (classes.length >= mostClasses) return null;
    const key = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0].find((k) => classes.every((c) => c.key !== k)) ?? null;
    const value = { id: context.newId() as ClassId, name: className, color: color ?? nextColor(classes), key };
    events.push({ type: "class/put", value, at: classes.length });
    classes.push(value);
    return value;
  };
  const there = new Set([...state.project.project.labels.values()].map((label) => placeKey(label)));
  const reject = (why: string): void => void taken.rejected.set(why, (taken.rejected.get(why) ?? 0) + 1);
  let labels = 0;
  for (const { at, className, color } of taken.labels) {
    const region = regionAround(at, spec, slide.info.calibration);
    const tissueClass = classOf(className, color);
    if (!region || !tissueClass) {
      reject(say("more than {mostClasses} classes", { mostClasses }));
      continue;
    }
    const label: Label = {
      id: context.newId() as LabelId,
      slideId: slide.info.id,
      classId: tissueClass.id,
      region,
      slideMpp: scale,
      origin: "imported",
      group,
    };
    if (there.has(placeKey(label))) {
      reject(say("the place is labelled already"));
      continue;
    }
    there.add(placeKey(label));
    events.push({ type: "label/put", label });
    labels++;
  }
  taken.zones.forEach(({ shape }, i) => {
    const zoneName = shape.name ?? shape.className ?? `Region ${i + 1} of ${name}`.slice(0, 200);
    const zone = { id: context.newId() as ZoneId, slideId: slide.info.id, name: zoneName, rings: shape.rings };
    events.push({ type: "zone/put", zone });
  });
  if (events.length > 0)
    context.project.dispatch({ title: `Load annotations: ${name}`.slice(0, 300), undoable: true, events });
  return { labels, zones: taken.zones.length };
}

const placeKey = ({ slideId, region }: Pick<Label, "slideId" | "region">): string =>
  `${slideId} ${Math.round(region.x)} ${Math.round(region.y)}`;

/** Tiles that lie on the lattice of a map of this slide become a layer of it. */
async function takePlaces(context: ActionContext, taken: Taken, name: string): Promise<number> {
  if (taken.places.length === 0) return 0;
  const state = stateOf(context);
  const reject = (why: string, n: number): void =>
    void (n > 0 && taken.rejected.set(why, (taken.rejected.get(why) ?? 0) + n));
  const here = sheetHere(state, state.session.maps.options.overlap);
  if (!here) {
    reject(say("there is no map of this slide it could belong to"), taken.places.length);
    return 0;
  }
  const names = [...new Set(taken.places.flatMap(({ scores }) => [...scores.keys()]))];
  if (names.length > promptSetLimits.classes) {
    reject(
      say("its tiles name more than {classes} classes", { classes: promptSetLimits.classes }),
      taken.places.length,
    );
    return 0;
  }
  const layer = fileLayer(name, names, state.project.project.classes);
  const scores = new Float32Array(cellCount(here.grid) * names.length).fill(Number.NaN);
  let [count, astray, partial, again] = [0, 0, 0, 0];
  for (const place of taken.places) {
    const cell = cellAt(here.grid, place.at);
    const middle = cell === null ? null : cellCentre(here.grid, cell);
    const near = middle && Math.abs(middle.x - place.at.x) <= 2 && Math.abs(middle.y - place.at.y) <= 2;
    if (cell === null || !near) {
      astray++;
      continue;
    }
    // A score that is not there is not 0: another class would be called.
    if (place.scores.size !== names.length) {
      partial++;
      continue;
    }
    if (Number.isNaN(scores[cell * names.length] ?? Number.NaN)) count++;
    else again++;
    names.forEach((className, c) => {
      scores[cell * names.length + c] = place.scores.get(className) ?? Number.NaN;
    });
  }
  reject(say("the tile's place came again later in the file"), again);
  reject(say("the tile has no score of a class that other tiles have one of"), partial);
  reject(say("the tile lies on no place of this slide's map (another patch size or stride)"), astray);
  if (count === 0) return 0;
  await keep(context, here, layer, scores);
  return count;
}

function fileLayer(name: string, names: readonly string[], known: readonly TissueClass[]): SheetLayer {
  const classes: TissueClass[] = [];
  for (const className of names) {
    const same = known.find((c) => c.name.toLowerCase() === className.toLowerCase());
    const clean = className.slice(0, 80) || "unnamed";
    classes.push({
      id: (same?.id ?? `file ${clean}`) as ClassId,
      name: clean,
      color: same?.color ?? nextColor([...known, ...classes]),
      key: null,
    });
  }
  const label = name.replace(/\.(geo)?json$/i, "").slice(0, 80) || "file";
  return { key: fileLayerKey(label, names), name: `From file: ${label}`, classes };
}

/** As kept sheets are read. */
const longestName = 200;

/** The same file again, also under a key of an earlier version: two entries of one name could not be told apart. */
function isReplaced(kept: SheetLayer, by: SheetLayer): boolean {
  const classes = ({ classes: list }: SheetLayer): string => JSON.stringify(list.map(({ name }) => name));
  return kept.key === by.key || (isFileLayer(kept.key) && kept.name === by.name && classes(kept) === classes(by));
}

/** A file of the same name with other classes says which. */
function namedApart(layer: SheetLayer, kept: readonly SheetLayer[]): SheetLayer {
  const taken = kept.some((other) => other.name === layer.name && !isReplaced(other, layer));
  const classes = layer.classes.map(({ name }) => name).join(", ");
  return taken ? { ...layer, name: `${layer.name} (${classes})`.slice(0, longestName) } : layer;
}

async function keep(context: ActionContext, here: SheetRecord, read: SheetLayer, scores: Float32Array): Promise<void> {
  const before = context.session.getState().maps.sheets.get(here.id) ?? here;
  const layer = namedApart(read, before.layers);
  const record = { ...before, layers: [...before.layers.filter((other) => !isReplaced(other, layer)), layer] };
  await readTissue(context, here, new AbortController().signal);
  const width = layer.classes.length;
  // Where this layer was kept before, places without an answer are kept too: else the earlier answers would come back.
  const again = before.layers.some(({ key }) => key === layer.key);
  const cells = Uint32Array.from({ length: cellCount(here.grid) }, (_, cell) => cell).filter(
    (cell) => again || !Number.isNaN(scores[cell * width] ?? Number.NaN),
  );
  const rows = new Float32Array(cells.length * width);
  cells.forEach((cell, i) => {
    rows.set(scores.subarray(cell * width, (cell + 1) * width), i * width);
  });
  const states = new Uint8Array(cells.length);
  await context.mapStore.put(record);
  await context.mapStore.append(record, {
    cells,
    states,
    features: new Float32Array(0),
    layer: layer.key,
    scores: rows,
  });
  context.maps.setLayer(here.id, layer.key, scores, width);
  changeMaps(context, ({ sheets, revision, view }) => ({
    sheets: new Map(sheets).set(record.id, record),
    revision: revision + 1,
    view: { ...view, layer: layer.key, visible: true },
  }));
}
