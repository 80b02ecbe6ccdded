// Connects the map's numbers to the viewer, outside React: a sweep tells faster than a page can be drawn anew.
import { type RefObject, useEffect } from "react";
import { type ActionContext, perform, stateOf } from "../state/action.ts";
import { changeMapView } from "../state/actions/maps.ts";
import { looksShown, shownMap } from "../state/map-looks.ts";
import { mapSides } from "../state/map-sides.ts";
import type { SlideViewer } from "../viewer/create-viewer.ts";
import { type MapPicture, paintMap } from "../viewer/map-picture.ts";
import { useApp } from "./app-context.ts";

/** `whole`: one view, with the difference where one is shown; the others are the sides of a split one. */
export type MapSide = "whole" | "left" | "right";

function pictureOf(context: ActionContext, side: MapSide): MapPicture | null {
  const state = stateOf(context);
  const { view } = state.session.maps;
  const shown = side === "whole" ? shownMap : () => mapSides(state, context.maps)[side];
  const map = view.visible ? shown(state, context.maps) : null;
  if (!map) return null;
  const colors = (map.layer?.classes ?? []).map(({ name, color }) => {
    // A class's colour is the project's, also on a map that was made before it was changed.
    return state.project.project.classes.find((c) => c.name === name)?.color ?? color;
  });
  return paintMap(map.sheet.grid, looksShown(state, map), colors, view.opacity);
}

/** Keeps the map on the viewer up to date, at most once a frame. */
export function useMap(viewer: SlideViewer | null, side: MapSide = "whole"): void {
  const { context } = useApp();
  useEffect(() => {
    if (!viewer) return;
    let frame = 0;
    const paint = (): void => {
      frame = 0;
      viewer.setMap(pictureOf(context, side));
    };
    const schedule = (): void => {
      frame ||= requestAnimationFrame(paint);
    };
    let seen: readonly unknown[] = [];
    const look = (): void => {
      const { project } = context.project.getState();
      const { maps, currentSlide, openSlides, engine, shippedSets } = context.session.getState();
      const { classes, activeSet, promptSets } = project;
      const inputs = [
        maps.view,
        maps.sheets,
        maps.preview,
        maps.options,
        currentSlide,
        openSlides,
        engine,
        shippedSets,
      ];
      const all = [...inputs, classes, activeSet, promptSets];
      if (all.every((value, i) => value === seen[i])) return;
      seen = all;
      schedule();
    };
    const ends = [context.maps.subscribe(schedule), context.project.subscribe(look), context.session.subscribe(look)];
    look();
    return () => {
      cancelAnimationFrame(frame);
      for (const end of ends) end();
      viewer.setMap(null);
    };
  }, [viewer, context, side]);
}

const wheelStep = 0.05;

/** Alt with the wheel over the slide changes the map's opacity; the wheel alone zooms, and so does a pinch, which browsers tell as Ctrl. */
export function useOpacityWheel(element: RefObject<HTMLElement | null>): void {
  const { context } = useApp();
  useEffect(() => {
    const host = element.current;
    if (!host) return;
    const onWheel = (event: WheelEvent): void => {
      if (!event.altKey) return;
      const { view, sheets } = context.session.getState().maps;
      if (sheets.size === 0) return;
      // Else OpenSeadragon zooms the slide.
      event.preventDefault();
      event.stopPropagation();
      const opacity = Math.min(1, Math.max(0.05, view.opacity - Math.sign(event.deltaY) * wheelStep));
      void perform(context, changeMapView, { opacity: Number(opacity.toFixed(2)), visible: true });
    };
    host.addEventListener("wheel", onWheel, { capture: true, passive: false });
    return () => host.removeEventListener("wheel", onWheel, { capture: true });
  }, [element, context]);
}
