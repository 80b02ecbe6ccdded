// The right half of a split view: the same slide at the same place under another map. It follows the left half and takes no pointer.
import { useEffect, useRef, useState } from "react";
import { mapSides } from "../state/map-sides.ts";
import type { OpenSlide } from "../state/session-store.ts";
import { createViewer, type SlideViewer } from "../viewer/create-viewer.ts";
import { say } from "../words/say.ts";
import { useApp, useAppState } from "./app-context.ts";
import { useMap } from "./use-map.ts";

const nothing = (): void => {};

export function SplitView({ open }: Readonly<{ open: OpenSlide }>) {
  const { context, stage } = useApp();
  const state = useAppState();
  const host = useRef<HTMLDivElement>(null);
  const small = useRef<HTMLDivElement>(null);
  const [viewer, setViewer] = useState<SlideViewer | null>(null);
  const first = useRef(open);
  useEffect(() => {
    const [parent, navigator] = [host.current, small.current];
    if (!parent || !navigator) return;
    // OpenSeadragon moves what it is given: elements of its own, not React's.
    const [element, map] = [document.createElement("div"), document.createElement("div")];
    element.style.cssText = "position:absolute;inset:0";
    parent.append(element);
    navigator.append(map);
    let made: SlideViewer | null = null;
    const follow = (): void => {
      const view = stage.viewer?.view();
      if (!made || !view) return;
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
        onClick: nothing,
        onPointer: nothing,
        onView: nothing,
        onReady: follow,
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
  const { left, right } = mapSides(state, context.maps);
  const { visible } = state.session.maps.view;
  return (
    <>
      <div className="pt-split" data-testid="split" ref={host} aria-hidden="true" inert />
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
