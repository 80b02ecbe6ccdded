// The right half of a split view: the same slide at the same place under another map. Each half follows the one under the pointer, and a
// click is the same in both.
import { useEffect, useRef, useState } from "react";
import type { Point } from "../domain/geometry.ts";
import { mapSides } from "../state/map-sides.ts";
import type { OpenSlide } from "../state/session-store.ts";
import { createViewer, type SlideViewer } from "../viewer/create-viewer.ts";
import { say } from "../words/say.ts";
import { useApp, useAppState } from "./app-context.ts";
import { useMap } from "./use-map.ts";

const nothing = (): void => {};

type SplitViewProps = Readonly<{
  open: OpenSlide;
  onClick: (at: Point<"slide">) => void;
  marks: Parameters<SlideViewer["setMarks"]>[0];
  outline: Parameters<SlideViewer["setOutline"]>[0];
}>;

export function SplitView({ open, onClick, marks, outline }: SplitViewProps) {
  const { context, stage } = useApp();
  const state = useAppState();
  const host = useRef<HTMLDivElement>(null);
  const small = useRef<HTMLDivElement>(null);
  const [viewer, setViewer] = useState<SlideViewer | null>(null);
  const first = useRef(open);
  const click = useRef(onClick);
  useEffect(() => {
    click.current = onClick;
  });
  useEffect(() => {
    const [parent, navigator] = [host.current, small.current];
    if (!parent || !navigator) return;
    // OpenSeadragon moves what it is given: elements of its own, not React's.
    const [element, map] = [document.createElement("div"), document.createElement("div")];
    element.style.cssText = "position:absolute;inset:0";
    parent.append(element);
    navigator.append(map);
    let made: SlideViewer | null = null;
    // Only one half leads at a time, or each would follow what it has just told the other.
    let leads = false;
    const follow = (): void => {
      const view = stage.viewer?.view();
      if (!made || !view || leads) return;
      made.turnTo(view.turned);
      made.moveTo(view.centre, view.slidePerPixel);
    };
    made = createViewer(
      element,
      {
        slide: first.current.info,
        tile: (params, options) => context.slides.tile(params, options),
        name: say("{name}, second view", { name: first.current.name }),
        navigator: map,
        start: stage.viewer?.view() ?? null,
        reducedMotion: true,
        drawer: "canvas",
      },
      {
        onClick: (at) => click.current(at),
        onPointer: (at) => {
          leads = at !== null || element.matches(":hover");
          stage.pointer = at;
          stage.changed();
        },
        onView: ({ centre, slidePerPixel, turned }) => {
          if (!leads) return;
          stage.viewer?.turnTo(turned);
          stage.viewer?.moveTo(centre, slidePerPixel);
        },
        onReady: () => {
          element.setAttribute("data-ready", "true");
          follow();
        },
        // The left half asks for the same tiles and says what is wrong with them.
        onFailure: nothing,
        onDrawerLost: nothing,
      },
    );
    const end = stage.subscribe(follow);
    setViewer(made);
    return () => {
      end();
      setViewer(null);
      made?.destroy();
      element.remove();
      map.remove();
    };
  }, [context, stage]);
  useMap(viewer, "right");
  useEffect(() => viewer?.setMarks(marks), [viewer, marks]);
  useEffect(() => viewer?.setOutline(outline), [viewer, outline]);
  const { left, right } = mapSides(state, context.maps);
  const { visible } = state.session.maps.view;
  return (
    <>
      <div className="pt-split" data-testid="split" ref={host} />
      <div ref={small} hidden />
      <output className="pt-hud pt-side" data-side="left">
        {left?.layer?.name ?? say("No map yet")}
      </output>
      <output className="pt-hud pt-side" data-side="right" data-testid="split-right">
        {right?.layer?.name ?? say("No second map: use another prompt set and map the tissue again")}
        {!visible && say(" (maps hidden, M)")}
      </output>
    </>
  );
}
