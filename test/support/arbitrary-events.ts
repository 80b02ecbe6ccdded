// Random projects and events for property tests, over few ids so that events meet. Knows fast-check; no test runner.
import fc from "fast-check";
import type { RunId } from "../../src/base/brand.ts";
import { mpp } from "../../src/base/brand.ts";
import type { AsideId } from "../../src/domain/aside.ts";
import { labelOrigins } from "../../src/domain/label.ts";
import type { CheckAnswer } from "../../src/domain/map-check.ts";
import { applyEvent, emptyProject, type Project, type ProjectEvent } from "../../src/domain/project.ts";
import type { TuningRun } from "../../src/domain/run.ts";
import { defaultTissue, type ZoneId } from "../../src/domain/zone.ts";
import { hash, label, mapCheck, setId, settings, slideId, slideRef, summary, tissueClass } from "./sample-project.ts";

const small = fc.integer({ min: 0, max: 4 });
const text = fc.string({ minLength: 1, maxLength: 12 });
const colour = fc.integer({ min: 0, max: 0xffffff }).map((n) => `#${n.toString(16).padStart(6, "0")}`);
const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true, noDefaultInfinity: true });

const classPut = fc
  .tuple(small, text, colour, fc.option(fc.integer({ min: 0, max: 9 })), fc.integer({ min: 0, max: 6 }))
  .map(
    ([n, name, color, key, at]): ProjectEvent => ({
      type: "class/put",
      value: { ...tissueClass(n), name, color, key },
      at,
    }),
  );

const labelPut = fc.tuple(small, small, small, finite, finite, fc.constantFrom(...labelOrigins)).map(
  ([n, c, s, x, y, origin]): ProjectEvent => ({
    type: "label/put",
    label: { ...label(n, c, s), region: { x, y, width: 224, height: 224.5 }, origin },
  }),
);

const calibration = fc.option(
  fc.double({ min: 0.05, max: 20, noNaN: true }).map((value) => ({
    kind: "declared" as const,
    mppX: mpp(value),
    mppY: mpp(value),
    how: "stated" as const,
  })),
);
const source = fc.oneof(
  fc.constantFrom({ kind: "embedded" as const }, { kind: "file" as const }),
  text.map((url) => ({ kind: "url" as const, url })),
);
const slidePut = fc.tuple(small, text, calibration, source, fc.option(text)).map(
  ([n, name, declared, from, caseId]): ProjectEvent => ({
    type: "slide/put",
    slide: { ...slideRef(n), name, declared, source: from, caseId },
  }),
);

const setPut = fc
  .tuple(small, text)
  .map(([n, name]): ProjectEvent => ({ type: "prompt-set/put", summary: summary(setId(n), { name }) }));

const placesPut = fc.tuple(small, small, fc.option(fc.array(finite, { minLength: 1, maxLength: 3 }))).map(
  ([n, s, xs]): ProjectEvent => ({
    type: "learned-places/put",
    id: setId(n),
    places: xs?.map((x) => ({ slideId: slideId(s), region: { x, y: n, width: 224, height: 224 } })) ?? null,
  }),
);

const losses = fc.array(fc.record({ fold: fc.nat(5), epoch: fc.nat(100), loss: finite }), { maxLength: 4 });
const progress = {
  phase: "final",
  fold: 0,
  folds: 3,
  epoch: 1,
  epochs: 10,
  step: 4,
  steps: 30,
  done: 0.4,
  secondsLeft: null,
} as const;
const run = fc
  .tuple(small, losses, fc.constantFrom("preparing", "running", "finished", "cancelled", "failed"))
  .map(([n, points, state]): TuningRun => {
    const id = `run-${n}` as RunId;
    switch (state) {
      case "running":
        return { state, id, settings, losses: points, progress, stopping: "no" };
      case "finished":
        return { state, id, settings, losses: points, promptSet: setId(n), ended: "early" };
      case "failed":
        return { state, id, settings, fault: { kind: "diverged", message: "x", detail: { at: 3, names: ["a"] } } };
      default:
        return { state: state === "preparing" ? "preparing" : "cancelled", id, settings };
    }
  });
const runPut = fc
  .tuple(run, fc.nat(100))
  .map(([value, labels]): ProjectEvent => ({ type: "run/put", record: { run: value, estimate: null, labels } }));

const rings = fc.array(fc.array(fc.record({ x: finite, y: finite }), { minLength: 3, maxLength: 5 }), {
  minLength: 1,
  maxLength: 2,
});
const zonePut = fc.tuple(small, text, rings).map(
  ([n, name, outline]): ProjectEvent => ({
    type: "zone/put",
    zone: { id: `zone-${n}` as ZoneId, slideId: slideId(n), name, rings: outline },
  }),
);
const edits = fc.array(fc.record({ mode: fc.constantFrom("add" as const, "remove" as const), rings }), {
  maxLength: 2,
});
const tissuePut = fc.tuple(small, edits, fc.boolean(), fc.boolean()).map(
  ([n, list, excludePen, none]): ProjectEvent => ({
    type: "tissue/put",
    slideId: slideId(n),
    settings: none ? null : { ...defaultTissue, excludePen, threshold: n === 0 ? null : 8 + n, edits: list },
  }),
);

const checkAnswer = fc.oneof(
  fc.nat(3).map((choice): CheckAnswer => ({ kind: "class", choice })),
  fc.constantFrom<CheckAnswer>({ kind: "none-of-these" }, { kind: "unsure" }, { kind: "skipped", times: 2 }),
);
const checkPut = fc
  .tuple(small, fc.boolean())
  .map(([n, released]): ProjectEvent => ({ type: "check/put", check: { ...mapCheck(n), released } }));
const checkAnswered = fc
  .tuple(small, fc.nat(4), fc.option(checkAnswer))
  .map(([n, at, answer]): ProjectEvent => ({ type: "check-answer/put", id: mapCheck(n).id, at, answer }));
const asidePut = fc.tuple(small, small, finite, fc.constantFrom("unsure" as const, "skipped" as const)).map(
  ([n, s, x, why]): ProjectEvent => ({
    type: "aside/put",
    aside: {
      id: `aside-${n}` as AsideId,
      slideId: slideId(s),
      region: { ...label(n).region, x },
      slideMpp: mpp(0.5),
      why,
    },
  }),
);
const fieldPut = fc.option(fc.integer({ min: 50, max: 500 })).map((um): ProjectEvent => ({ type: "field/put", um }));

const removal = fc.tuple(small, fc.nat(8)).map(([n, which]): ProjectEvent => {
  switch (which) {
    case 0:
      return { type: "class/remove", id: tissueClass(n).id };
    case 1:
      return { type: "label/remove", id: label(n).id };
    case 2:
      return { type: "slide/remove", id: slideId(n) };
    case 3:
      return { type: "prompt-set/remove", id: setId(n) };
    case 4:
      return { type: "run/remove", id: `run-${n}` as RunId };
    case 6:
      return { type: "check/remove", id: mapCheck(n).id };
    case 5:
      return { type: "zone/remove", id: `zone-${n}` as ZoneId };
    case 7:
      return { type: "aside/remove", id: `aside-${n}` as AsideId };
    default:
      return { type: "active-set/put", id: n === 0 ? null : setId(n) };
  }
});

export const anyEvent: fc.Arbitrary<ProjectEvent> = fc.oneof(
  classPut,
  labelPut,
  slidePut,
  setPut,
  placesPut,
  runPut,
  zonePut,
  asidePut,
  fieldPut,
  tissuePut,
  checkPut,
  checkAnswered,
  removal,
  removal,
);
export const anyEvents: fc.Arbitrary<readonly ProjectEvent[]> = fc.array(anyEvent, { maxLength: 30 });
export const anyProject: fc.Arbitrary<Project> = anyEvents.map((events) =>
  events.reduce(applyEvent, emptyProject(hash(1) as Project["id"])),
);

/** For comparing projects by value: the order inside maps means nothing, the order of classes does. */
export function canonical(project: Project): unknown {
  const sorted = (map: ReadonlyMap<string, unknown>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  const { slides, labels, asides, promptSets, learnedPlaces, runs, zones, tissue, checks } = project;
  return {
    ...project,
    slides: sorted(slides),
    labels: sorted(labels),
    asides: sorted(asides),
    promptSets: sorted(promptSets),
    learnedPlaces: sorted(learnedPlaces),
    runs: sorted(runs),
    zones: sorted(zones),
    tissue: sorted(tissue),
    checks: sorted(checks),
  };
}
