// Who was taken for whom on held-out labels: cells that open their patches, and of each class the share that was found, with its interval.
import { useMemo } from "react";
import type { ClassId } from "../base/brand.ts";
import type { Estimate } from "../domain/estimate.ts";
import { wholePercent } from "../domain/estimate-words.ts";
import { type RecallFigure, recallOf } from "../domain/held-out.ts";
import type { TissueClass } from "../domain/label.ts";
import { heldOutOf } from "../state/held-out.ts";
import { labelRegion } from "../state/selectors.ts";
import { say } from "../words/say.ts";
import { useApp, useAppState } from "./app-context.ts";
import { ConfusionCells } from "./confusion-cells.tsx";
import type { PatchView } from "./patch-gallery.tsx";

type Props = Readonly<{ estimate: Extract<Estimate, { kind: "figure" }>; classes: readonly TissueClass[] }>;

export function HeldOutTable({ estimate, classes }: Props) {
  const { ui } = useApp();
  const state = useAppState();
  const { classIds, confusion } = estimate;
  const heldOut = heldOutOf(state, estimate);
  const recalls = useMemo(
    () => new Map(estimate.recalls.map(({ classId }) => [classId, heldOut && recallOf(heldOut, classId)])),
    [estimate, heldOut],
  );
  const known = classIds.map((id) => classes.find((c) => c.id === id));
  const nameOf = (id: ClassId | undefined): string => classes.find((c) => c.id === id)?.name ?? "?";
  const open = (row: number, column: number): void => {
    const cell = (heldOut ?? []).filter((one) => one.truth === classIds[row] && one.tuned === classIds[column]);
    const { labels } = state.project.project;
    const patches = cell.flatMap(({ labelId, frozen }): readonly PatchView[] => {
      const label = labels.get(labelId);
      if (!label) return [];
      const words = say("frozen: {name}", { name: nameOf(frozen) });
      return [{ slideId: label.slideId, region: labelRegion(state, label), words }];
    });
    const gone = cell.length - patches.length;
    const title = say("You say {label}, held out it says {answer}", {
      label: nameOf(classIds[row]),
      answer: nameOf(classIds[column]),
    });
    ui.setState({
      dialog: {
        kind: "patches",
        title: gone > 0 ? say("{title} ({gone} removed since)", { title, gone }) : title,
        patches,
      },
    });
  };
  return (
    <>
      <ConfusionCells
        caption={
          heldOut
            ? say("Rows: your labels. Columns: its answers. A cell opens its patches.")
            : say("Rows: its labels. Columns: its answers.")
        }
        rows={classIds.map((id) => ({ id, name: nameOf(id) }))}
        columns={classIds.map((id) => ({ id, name: nameOf(id) }))}
        counts={confusion}
        right={(row, column) => row === column}
        color={(row) => known[row]?.color ?? null}
        onOpen={heldOut ? open : null}
      />
      {estimate.recalls.map(({ classId, correct, total }) => (
        <div key={classId} className="pt-small pt-mute" data-testid="recall">
          {recallWords(nameOf(classId), recalls.get(classId) ?? null, correct, total)}
        </div>
      ))}
    </>
  );
}

/** "Tumour: 7 of 9 found, 78 % (45-94)"; a set from a file tells no interval of a class: which labels are kin is not in it. */
function recallWords(name: string, figure: RecallFigure | null, correct: number, total: number): string {
  const counts = say("{name}: {correct} of {total} found, {share} %", {
    name,
    correct,
    total,
    share: wholePercent(correct / total),
  });
  if (!figure) return counts;
  return `${counts} (${Math.round(figure.bounds.low * 100)}-${Math.round(figure.bounds.high * 100)})`;
}
