// Connects one slide to one viewer for as long as it is on the screen, and keeps the view in the address bar.
import { type RefObject, useEffect, useRef, useState } from "react";
import { isAbort, toFault } from "../base/fault.ts";
import type { Point } from "../domain/geometry.ts";
import { notify, type OpenSlide } from "../state/session-store.ts";
import type { SlideViewer } from "../viewer/create-viewer.ts";
import type { TileColours } from "../viewer/slide-tile-source.ts";
import { addressFits, formatViewAddress, parseViewAddress } from "../viewer/view-address.ts";
import { say } from "../words/say.ts";
import { useApp } from "./app-context.ts";
import { faultWords } from "./fault-words.ts";

/** Loaded beside the page, not before it: a fifth of all code, and nothing of it is needed until a slide is open. */
const viewing = import("../viewer/create-viewer.ts");
type Viewing = Awaited<typeof viewing>;

const addressDelay = 300;

/**
 * @param onClick a click on the slide that was no drag
 * @param onTileFailure true: it is explained already
 */
export function useViewer(
  host: RefObject<HTMLElement | null>,
  navigator: RefObject<HTMLElement | null>,
  open: OpenSlide,
  onClick: (at: Point<"slide">) => void,
  onTileFailure: (error: unknown, colours: TileColours) => boolean,
): SlideViewer | null {
  const { context, stage } = useApp();
  const [viewer, setViewer] = useState<SlideViewer | null>(null);
  const [drawer, setDrawer] = useState<"webgl" | "canvas">("webgl");
  const click = useRef(onClick);
  const explained = useRef(onTileFailure);
  useEffect(() => {
    click.current = onClick;
    explained.current = onTileFailure;
  });
  const slideId = open.info.id;
  const first = useRef(open);
  if (first.current.info.id !== slideId) first.current = open;

  useEffect(() => {
    const [parent, small] = [host.current, navigator.current];
    if (!parent || !small) return;
    const { info, name } = first.current;
    const [element, map] = [document.createElement("div"), document.createElement("div")];
    for (const child of [element, map]) child.style.cssText = "position:absolute;inset:0";
    parent.append(element);
    small.append(map);
    const address = parseViewAddress(location.hash);
    const told = new Set<string>();
    let timer = 0;
    let made: SlideViewer | null = null;
    let ended = false;
    const create = ({ createViewer }: Viewing): void => {
      if (ended) return;
      try {
        made = createViewer(
          element,
          {
            slide: info,
            tile: (params, options) => context.slides.tile(params, options),
            name,
            navigator: map,
            start: address && addressFits(address, slideId) ? address : null,
            reducedMotion: matchMedia("(prefers-reduced-motion: reduce)").matches,
            drawer,
          },
          {
            onClick: (at) => click.current(at),
            onPointer: (at) => {
              stage.pointer = at;
              stage.changed();
            },
            onView: (view) => {
              stage.view = view;
              stage.changed();
              clearTimeout(timer);
              timer = window.setTimeout(() => {
                history.replaceState(null, "", formatViewAddress(view, slideId));
              }, addressDelay);
            },
            onReady: () => element.setAttribute("data-ready", "true"),
            onFailure: (error, colours) => {
              if (!isAbort(error) && explained.current(error, colours)) return;
              const fault = toFault(error, "read", say('A tile of "{name}" cannot be shown', { name }));
              if (isAbort(error) || told.has(fault.message)) return;
              told.add(fault.message);
              notify(context.session, "error", fault.message, fault);
            },
            onDrawerLost: () => setDrawer("canvas"),
          },
        );
      } catch {
        // No WebGL here: the canvas drawer shows the same pixels, a little slower.
        if (drawer === "webgl") setDrawer("canvas");
      }
      stage.viewer = made;
      stage.changed();
      setViewer(made);
    };
    viewing.then(create, (error: unknown) => {
      const fault = toFault(error, "network", say("The part of the app that shows slides could not be loaded"));
      notify(context.session, "error", say("{message} Reload the page.", { message: faultWords(fault) }), fault);
    });
    return () => {
      ended = true;
      clearTimeout(timer);
      made?.destroy();
      element.remove();
      map.remove();
      stage.viewer = null;
      stage.view = null;
      stage.pointer = null;
      stage.changed();
      setViewer(null);
    };
  }, [context, stage, slideId, drawer, host, navigator]);
  return viewer;
}
