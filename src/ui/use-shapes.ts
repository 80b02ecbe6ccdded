// Connects regions, the tissue's outline and the drawing tool to the viewer for as long as they are on the screen.
import { useEffect } from "react";
import { isAbort } from "../base/fault.ts";
import type { SlideInfo } from "../domain/slide.ts";
import { traceMask } from "../math/trace-mask.ts";
import type { TissueMask } from "../protocol/slide-api.ts";
import { perform } from "../state/action.ts";
import { labelShape } from "../state/actions/label-shape.ts";
import { addZone, editTissue } from "../state/actions/zones.ts";
import { slideMpp, zonesHere } from "../state/selectors.ts";
import type { SlideViewer } from "../viewer/create-viewer.ts";
import type { Shape } from "../viewer/shapes-layer.ts";
import { useApp, useProject, useSession, useUi } from "./app-context.ts";

const zoneColor = "#0f766e";
const tissueColor = "#1d4ed8";

function outlineOf({ downsampleX, downsampleY, ...mask }: TissueMask): Shape {
  const rings = traceMask(mask).map((ring) => ring.map(({ x, y }) => ({ x: x * downsampleX, y: y * downsampleY })));
  return { rings, color: tissueColor, dashed: true, name: "" };
}

export function useShapes(viewer: SlideViewer | null, info: SlideInfo): void {
  const { context } = useApp();
  const zones = useProject((state) => state.project.zones);
  const tissueRevision = useSession((state) => state.tissueRevision);
  const tissueShown = useUi(
    (state) =>
      state.tissueShown || state.drawing?.purpose === "add-tissue" || state.drawing?.purpose === "remove-tissue",
  );
  const drawing = useUi((state) => state.drawing);
  const { id, calibration } = info;

  useEffect(() => {
    if (!viewer) return;
    const drawn = zonesHere({ project: context.project.getState() }, id).map(
      (zone): Shape => ({ rings: zone.rings, color: zoneColor, dashed: false, name: zone.name }),
    );
    viewer.setShapes(drawn);
    if (!tissueShown) return;
    const controller = new AbortController();
    context.slides
      .tissueMask({ slideId: id }, { signal: controller.signal })
      .then((mask) => viewer.setShapes([outlineOf(mask), ...drawn]))
      .catch((error: unknown) => {
        // Where there is no mask (um/px unknown, a slide without overviews) the panel says so.
        if (!isAbort(error)) viewer.setShapes(drawn);
      });
    return () => controller.abort();
  }, [viewer, context, zones, id, calibration, tissueShown, tissueRevision]);

  useEffect(() => {
    const scale = slideMpp(calibration);
    if (!viewer || !drawing || !scale) return;
    viewer.setTool({
      kind: drawing.kind,
      radius: drawing.radiusUm / scale,
      onShape: (rings) => {
        const { selectedClass } = context.session.getState();
        if (drawing.purpose === "label") void perform(context, labelShape, { rings, classId: selectedClass });
        else if (drawing.purpose === "region") void perform(context, addZone, { rings });
        else void perform(context, editTissue, { mode: drawing.purpose === "add-tissue" ? "add" : "remove", rings });
      },
    });
    return () => viewer.setTool(null);
  }, [viewer, context, drawing, calibration]);
}
