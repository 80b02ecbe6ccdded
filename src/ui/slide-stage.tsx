// The slide on the screen with everything that lies on it. Draws and dispatches; the viewer lives in use-viewer.ts.
import { Button, Loader } from "@mantine/core";
import { lazy, Suspense, useEffect, useMemo, useRef } from "react";
import type { Point } from "../domain/geometry.ts";
import { regionAround } from "../domain/patch.ts";
import { stateOf } from "../state/action.ts";
import { classifyAt } from "../state/actions/clicks.ts";
import { labelPatch } from "../state/actions/labels.ts";
import { placeMeant } from "../state/map-looks.ts";
import { currentSlide, patchSpec, slideMpp } from "../state/selectors.ts";
import type { OpenSlide } from "../state/session-store.ts";
import { say } from "../words/say.ts";
import { useApp, useAppState, usePerform, useUi } from "./app-context.ts";
import { MapHud } from "./map-hud.tsx";
import { NoticeList } from "./notice-list.tsx";
import { StageBanner } from "./stage-banner.tsx";
import { marksOf, outlineOf } from "./stage-marks.ts";
import { useColours } from "./use-colours.ts";
import { useMap, useOpacityWheel } from "./use-map.ts";
import { useShapes } from "./use-shapes.ts";
import { useViewer } from "./use-viewer.ts";
import { Magnifications, ScaleBarHud } from "./view-hud.tsx";
import { ViewTools } from "./view-tools.tsx";

const SplitView = lazy(async () => ({ default: (await import("./split-view.tsx")).SplitView }));
const SuggestStrip = lazy(async () => ({ default: (await import("./suggest-strip.tsx")).SuggestStrip }));

export function SlideStage() {
  const state = useAppState();
  const open = currentSlide(state);
  return (
    <main className="pt-stage" aria-label={say("Slide")} data-strip={state.session.suggesting.kind !== "closed"}>
      {open ? <OneSlide key={open.info.id} open={open} /> : <EmptyStage opening={state.session.opening} />}
      {open && state.session.suggesting.kind !== "closed" && (
        <Suspense fallback={null}>
          <SuggestStrip />
        </Suspense>
      )}
      <NoticeList />
    </main>
  );
}

function EmptyStage({ opening }: Readonly<{ opening: string | null }>) {
  const { host } = useApp();
  return (
    <div className="pt-empty">
      <div>
        {opening ? (
          <>
            <Loader />
            <span>{say("Opening “{opening}”…", { opening })}</span>
          </>
        ) : (
          <>
            <strong className="pt-big">{say("Open a slide")}</strong>
            <span className="pt-mute">
              {say(
                "Aperio SVS or tiled TIFF with JPEG tiles. Drop a file anywhere on this page: it is read here and never uploaded.",
              )}
            </span>
            <div className="pt-buttons">
              <Button size="sm" onClick={host.pickSlide}>
                {say("Open your own slide")}
              </Button>
              <Button size="sm" variant="default" onClick={host.openDemo}>
                {say("Open the demo slide")}
              </Button>
            </div>
          </>
        )}
      </div>
    </div>
  );
}

function OneSlide({ open }: Readonly<{ open: OpenSlide }>) {
  const { context, ui, stage } = useApp();
  const state = useAppState();
  const perform = usePerform();
  const element = useRef<HTMLDivElement>(null);
  const navigator = useRef<HTMLDivElement>(null);
  const measuring = useUi((s) => s.measuring ?? s.ruler);
  const { info } = open;

  const onClick = (clicked: Point<"slide">): void => {
    const tool = ui.getState();
    if (tool.measuring) {
      const { from, to } = tool.measuring;
      const next = from === null || to !== null ? { from: clicked, to: null } : { from, to: clicked };
      ui.setState({ measuring: next, ...(next.to && { dialog: { kind: "calibration" } as const }) });
      return;
    }
    if (tool.ruler) {
      const { from, to } = tool.ruler;
      ui.setState({ ruler: from === null || to !== null ? { from: clicked, to: null } : { from, to: clicked } });
      return;
    }
    const classId = context.session.getState().selectedClass;
    const at = placeMeant(stateOf(context), context.maps, clicked);
    if (tool.labelling && classId !== null) perform(labelPatch, { at, classId });
    if (classifyAt.enabled(stateOf(context), { at }) === true || !tool.labelling) perform(classifyAt, { at });
  };
  const colours = useColours(open);
  const viewer = useViewer(element, navigator, open, onClick, colours.onTileFailure);
  useEffect(() => viewer?.setColours(colours.shown), [viewer, colours.shown]);

  const split = useUi((s) => s.split);
  useMap(viewer, split ? "left" : "whole");
  useOpacityWheel(element);
  useShapes(viewer, info);

  const { project } = state.project;
  const { click } = state.session;
  const spec = patchSpec(state);
  const spot = spec?.pixels === undefined ? null : `${spec.pixels}@${spec.mpp}`;
  const marks = useMemo(
    () => marksOf(state),
    [project.labels, project.asides, project.classes, click, info.id, info.calibration, spot],
  );
  useEffect(() => viewer?.setMarks(marks), [viewer, marks]);
  const fieldShown = useUi((s) => s.fieldShown);
  const outline = useMemo(() => {
    const centre = stage.view?.centre;
    return outlineOf(state, fieldShown !== null && centre ? { um: fieldShown, centre } : null);
  }, [click, info.id, fieldShown]);
  useEffect(() => viewer?.setOutline(outline), [viewer, outline]);
  useEffect(() => {
    const at = patchSpec(stateOf(context));
    viewer?.setGhost(
      at && !measuring
        ? (p) => regionAround(placeMeant(stateOf(context), context.maps, p), at, info.calibration)
        : null,
    );
  }, [viewer, context, info.calibration, measuring, spot]);
  useEffect(() => {
    const { from, to } = measuring ?? { from: null, to: null };
    viewer?.setRuler(from ? { from, to: to ?? from } : null);
  }, [viewer, measuring]);

  const mpp = slideMpp(info.calibration);
  const finest = Math.max(...info.levels.map((l) => l.downsampleX)) * 2;
  const generated = info.origin === "generated";
  return (
    <>
      <div
        ref={element}
        className="pt-slide"
        data-testid="slide"
        data-measuring={measuring !== null}
        data-split={split}
      />
      {split && (
        <Suspense fallback={null}>
          <SplitView open={open} onClick={onClick} marks={marks} outline={outline} />
        </Suspense>
      )}
      <Magnifications mpp={mpp} finest={Math.max(finest, 4)} />
      <StageBanner open={open} />
      {generated && (
        <span className="pt-synthetic pt-stage-badge" data-testid="synthetic">
          {say("Synthetic: drawn by a program")}
        </span>
      )}
      <MapHud />
      <ScaleBarHud mpp={mpp} />
      <ViewTools colours={colours} />
      <div className="pt-hud pt-navigator">
        <div ref={navigator} />
        {generated && <div className="pt-navigator-note">{say("synthetic")}</div>}
      </div>
    </>
  );
}
