// Commands on many labels at once: ask what whoever answers says of them, relabel or remove several in one step. Knows no screen.
import type { ClassId, LabelId } from "../../base/brand.ts";
import { faultToData, isAbort, toFault } from "../../base/fault.ts";
import type { Label } from "../../domain/label.ts";
import type { ProjectEvent } from "../../domain/project.ts";
import type { LabelReview } from "../../protocol/labelling-api.ts";
import { say } from "../../words/say.ts";
import { type Action, type AppState, stateOf } from "../action.ts";
import { ensureKnown } from "../known-sets.ts";
import { activeSetHere, canWrite, examples, scorer } from "../selectors.ts";

/** What the grid shows of one label. `disagreement` 0..1: how little is given to the label's own class; null: nothing is said of it. */
export type Reviewed = Readonly<{
  label: Label;
  called: Readonly<{ classId: ClassId; name: string; score: number }> | null;
  disagreement: number | null;
}>;

export const reviewLabels: Action = {
  id: "label/review",
  title: "Review all labels",
  keys: ["G"],
  enabled: ({ project }) => project.project.labels.size > 0 || say("There are no labels yet."),
  run: async (context) => {
    const { session } = context;
    const state = stateOf(context);
    const by = scorer(state);
    const asked = examples(state);
    session.setState({ review: { kind: "looking", done: 0, total: asked.length } });
    try {
      const review = await context.reviewing.run(async (signal) => {
        if (by.kind === "prompt-set") await ensureKnown(context, by.id, signal);
        return context.engine.scoreLabels(
          { examples: asked, scorer: by },
          {
            signal,
            onProgress: ({ done, total }) => {
              if (!signal.aborted) session.setState({ review: { kind: "looking", done, total } });
            },
          },
        );
      });
      const name =
        by.kind === "prompt-set"
          ? `“${activeSetHere(state)?.metadata.name ?? say("the prompt set")}”`
          : say("the preview");
      session.setState({ review: { kind: "shown", review, by: name } });
    } catch (error) {
      if (isAbort(error)) return;
      session.setState({
        review: {
          kind: "failed",
          fault: faultToData(toFault(error, "runtime", say("The labels could not be scored"))),
        },
      });
    }
  },
};

/** All labels, those that disagree most first; labels nothing is said of come last. */
export function reviewed({ project }: Pick<AppState, "project">, review: LabelReview | null): readonly Reviewed[] {
  const said = new Map((review?.labels ?? []).map(({ labelId, scores }) => [labelId, scores]));
  const all = [...project.project.labels.values()].map((label): Reviewed => {
    const scores = said.get(label.id) ?? null;
    const best = scores?.toSorted((a, b) => b.score - a.score)[0];
    if (!scores || !best) return { label, called: null, disagreement: null };
    const own = scores.find(({ classId }) => classId === label.classId)?.score ?? 0;
    return { label, called: { classId: best.classId, name: best.name, score: best.score }, disagreement: 1 - own };
  });
  return all.sort((a, b) => (b.disagreement ?? -1) - (a.disagreement ?? -1));
}

const someLeft = (state: AppState, ids: readonly LabelId[]): true | string => {
  const write = canWrite(state);
  if (write !== true) return write;
  return ids.some((id) => state.project.project.labels.has(id)) || say("Choose labels first.");
};

const counted = (n: number): string => (n === 1 ? "1 label" : `${n} labels`);

export const relabelMany: Action<Readonly<{ ids: readonly LabelId[]; classId: ClassId }>> = {
  id: "label/relabel-many",
  title: "Change class of labels",
  enabled: (state, { ids, classId }) => {
    if (!state.project.project.classes.some((c) => c.id === classId)) return say("This class does not exist any more.");
    return someLeft(state, ids);
  },
  run: ({ project }, { ids, classId }) => {
    const { labels, classes } = project.getState().project;
    const events = ids.flatMap((id): ProjectEvent[] => {
      const label = labels.get(id);
      return label && label.classId !== classId ? [{ type: "label/put", label: { ...label, classId } }] : [];
    });
    const name = classes.find((c) => c.id === classId)?.name ?? "";
    project.dispatch({ title: `Relabel ${counted(events.length)} ${name}`, undoable: true, events });
  },
};

export const removeMany: Action<Readonly<{ ids: readonly LabelId[] }>> = {
  id: "label/remove-many",
  title: "Remove labels",
  enabled: (state, { ids }) => someLeft(state, ids),
  run: ({ project }, { ids }) => {
    const { labels } = project.getState().project;
    const events = ids.flatMap((id): ProjectEvent[] => (labels.has(id) ? [{ type: "label/remove", id }] : []));
    project.dispatch({ title: `Remove ${counted(events.length)}`, undoable: true, events });
  },
};
