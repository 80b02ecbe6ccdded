// The project as a log: inverses, idempotence, and that all that is persisted can be read back.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isFault } from "../../src/base/fault.ts";
import { journalVersion, parseChange, storedChange } from "../../src/domain/parse-project.ts";
import { applyEvent, applyEvents, emptyProject, inverseOf, type Project } from "../../src/domain/project.ts";
import { replay, snapshotOf } from "../../src/domain/replay.ts";
import { anyEvent, anyEvents, anyProject, canonical } from "../support/arbitrary-events.ts";
import { label, setId, summary, tissueClass } from "../support/sample-project.ts";

const id = "p" as Project["id"];
const seeded = { seed: 20_260_101, numRuns: 300 } as const;

describe("events of a project", () => {
  test("an event and then its inverse leave the project as it was", () => {
    fc.assert(
      fc.property(anyProject, anyEvent, (project, event) => {
        const inverse = inverseOf(project, event);
        const there = applyEvent(project, event);
        const back = inverse ? applyEvent(there, inverse) : there;
        expect(canonical(back)).toEqual(canonical(project));
      }),
      seeded,
    );
  });

  test("applying an event twice is applying it once", () => {
    fc.assert(
      fc.property(anyProject, anyEvent, (project, event) => {
        const once = applyEvent(project, event);
        expect(canonical(applyEvent(once, event))).toEqual(canonical(once));
      }),
      seeded,
    );
  });

  test("many events applied at once are the same as one after another, and untouched parts stay the same objects", () => {
    fc.assert(
      fc.property(anyProject, anyEvents, (project, events) => {
        const once = applyEvents(project, events).project;
        expect(canonical(once)).toEqual(canonical(events.reduce(applyEvent, project)));
        if (!events.some((event) => event.type.startsWith("label/"))) expect(once.labels).toBe(project.labels);
        if (!events.some((event) => event.type.startsWith("run/"))) expect(once.runs).toBe(project.runs);
      }),
      seeded,
    );
  });

  test("applying an event does not touch the project it is applied to", () => {
    fc.assert(
      fc.property(anyProject, anyEvent, (project, event) => {
        const before = structuredClone(canonical(project));
        applyEvent(project, event);
        expect(canonical(project)).toEqual(before);
      }),
      seeded,
    );
  });
});

describe("what is persisted", () => {
  test("comes back equal through its parser", () => {
    fc.assert(
      fc.property(anyEvents, fc.boolean(), (events, undoable) => {
        const change = { title: "x", events, undoable };
        expect(parseChange(structuredClone(storedChange(change)))).toEqual(change);
      }),
      seeded,
    );
  });

  test("a snapshot adds up to the same project", () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const project = events.reduce(applyEvent, emptyProject(id));
        const again = replay(id, structuredClone(snapshotOf(project)), []);
        // Labels whose class was removed alone get a class back: only then may anything differ.
        const orphan = [...project.labels.values()].some((l) => project.classes.every((c) => c.id !== l.classId));
        if (!orphan) {
          expect(again.warnings).toEqual([]);
          expect(canonical(again.project)).toEqual(canonical(project));
        } else expect(again.project.labels).toEqual(project.labels);
      }),
      seeded,
    );
  });

  test("anything else is refused with the path that is wrong, never with another error", () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), (anything) => {
        for (const entry of [anything, { version: journalVersion, title: "x", undoable: true, events: anything }]) {
          try {
            parseChange(entry);
          } catch (error) {
            expect(isFault(error, "damaged") || isFault(error, "storage")).toBe(true);
          }
        }
      }),
      seeded,
    );
  });

  test("one field of a valid entry replaced by anything is refused or read, never another error", () => {
    const paths = (value: unknown, at: readonly string[] = []): readonly (readonly string[])[] =>
      typeof value === "object" && value !== null
        ? Object.entries(value).flatMap(([key, item]) => [[...at, key], ...paths(item, [...at, key])])
        : [];
    fc.assert(
      fc.property(anyEvent, fc.nat(), fc.anything(), (event, which, anything) => {
        const entry = structuredClone(storedChange({ title: "x", events: [event], undoable: true }));
        const all = paths(entry);
        const path = all[which % all.length] ?? [];
        let owner: Record<string, unknown> = entry as unknown as Record<string, unknown>;
        for (const key of path.slice(0, -1)) owner = owner[key] as Record<string, unknown>;
        owner[path.at(-1) ?? ""] = anything;
        try {
          parseChange(entry);
        } catch (error) {
          expect(isFault(error, "damaged") || isFault(error, "storage")).toBe(true);
        }
      }),
      seeded,
    );
  });

  test.each([
    ["a label without a region", { type: "label/put", label: { ...label(1), region: undefined } }, "label.region.x"],
    [
      "a label off every slide",
      { type: "label/put", label: { ...label(1), region: { ...label(1).region, x: 1e12 } } },
      "label.region.x",
    ],
    ["a class of no colour", { type: "class/put", value: { ...tissueClass(1), color: "red" }, at: 0 }, "value.color"],
    ["a class at no place", { type: "class/put", value: tissueClass(1), at: -1 }, "at"],
    ["an unknown event", { type: "class/paint" }, "type"],
    [
      "a prompt set by another id",
      { type: "prompt-set/put", summary: { ...summary(setId(1)), id: "x" } },
      "summary.id",
    ],
  ])("%s is named with its path", (_, event, path) => {
    const entry = { version: journalVersion, title: "x", undoable: true, events: [event] };
    expect(() => parseChange(entry)).toThrow(`entry.events[0].${path}`);
  });

  test("an entry of another version is refused with the way on", () => {
    const entry = { version: "journal/99", title: "x", undoable: true, events: [] };
    expect(() => parseChange(entry)).toThrow(/another version.*Open it with that version/);
  });

  test("a diverged run's infinite loss does not make its record unreadable", () => {
    const change = {
      title: "Tuning",
      undoable: false,
      events: [
        {
          type: "run/put" as const,
          record: {
            estimate: null,
            labels: 2,
            run: {
              state: "finished" as const,
              id: "run" as never,
              settings: summary(setId(1)).metadata.settings as never,
              promptSet: setId(1),
              ended: "diverged" as const,
              losses: [
                { fold: 0, epoch: 1, loss: 0.5 },
                { fold: 0, epoch: 2, loss: Number.NaN },
                { fold: 0, epoch: 3, loss: Number.POSITIVE_INFINITY },
              ],
            },
          },
        },
      ],
    };
    expect(parseChange(storedChange(change)).events[0]).toMatchObject({
      record: { run: { losses: [{ fold: 0, epoch: 1, loss: 0.5 }] } },
    });
  });
});
