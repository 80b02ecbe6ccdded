// Shows one slide on the screen: OpenSeadragon, our tiles, our marks. Tells what was clicked and where the view is.
// Knows no store, no classes and no model. The caller gives a fresh element and calls destroy().
import OpenSeadragon from "openseadragon";
import type { Point, Region } from "../domain/geometry.ts";
import type { SlideInfo } from "../domain/slide.ts";
import { say } from "../words/say.ts";
import { type DrawTool, startDrawing } from "./draw-tool.ts";
import { type Frame, isSameFrame, margin, shiftSince } from "./drawn-ahead.ts";
import { watchKeyboardFocus } from "./keyboard-focus.ts";
import { createMapLayer } from "./map-layer.ts";
import type { MapPicture } from "./map-picture.ts";
import type { Mark } from "./marks.ts";
import { createMarksLayer, type Outline, type Ruler } from "./marks-layer.ts";
import { createShapesLayer, type Shape } from "./shapes-layer.ts";
import { SlideTileSource, type TileAsker, type TileColours } from "./slide-tile-source.ts";
import { type Affine, affineFrom } from "./slide-to-screen.ts";
import { createColourSwap } from "./tile-colours.ts";
import { normalTurn } from "./turn.ts";
import { closeBitmapsWithTiles, WsiDrawer } from "./wsi-drawer.ts";

/** `bounds`: what would be seen upright; `turned`: degrees clockwise, 0 up to 360. */
export type SlideView = Readonly<{ centre: Point<"slide">; slidePerPixel: number; bounds: Region; turned: number }>;

export type ViewerEvents = Readonly<{
  /** A click or tap that was no drag; also Enter while the viewer has the focus (then: the centre of the view). */
  onClick(at: Point<"slide">): void;
  /** null: the pointer left the slide. Comes at pointer speed: keep it out of stores. */
  onPointer(at: Point<"slide"> | null): void;
  onView(view: SlideView): void;
  onReady(): void;
  /** A tile could not be shown. Comes once per tile: telling the person once per message is enough. */
  onFailure(error: unknown, colours: TileColours): void;
  /** The drawer cannot go on: destroy this viewer and create one with "canvas". */
  onDrawerLost(): void;
}>;

export type SlideViewer = Readonly<{
  setMarks(marks: readonly Mark[]): void;
  setOutline(outline: Outline | null): void;
  /** What would be labelled under the pointer, or in the middle by keyboard; null shows nothing. */
  setGhost(regionAt: ((at: Point<"slide">) => Region | null) | null): void;
  setRuler(ruler: Ruler | null): void;
  /** A whole-slide map over the slide; null: none. */
  setMap(picture: MapPicture | null): void;
  /** Regions and outlines over the slide and its map. */
  setShapes(shapes: readonly Shape[]): void;
  /** The pointer draws instead of moving the slide; null: it moves it again. */
  setTool(tool: DrawTool | null): void;
  /** Where level-0 points lie on the screen now (CSS pixels of the element); null before the slide is there. */
  slideToScreen(): Affine | null;
  view(): SlideView | null;
  pointer(): Point<"slide"> | null;
  /** Brings a region into view with context around it; `instantly` without animation. */
  flyTo(region: Region, instantly?: boolean): void;
  moveTo(centre: Point<"slide">, slidePerPixel: number): void;
  zoomTo(slidePerPixel: number): void;
  /** Turns the slide by so many degrees, clockwise, about the middle of the view. */
  turnTo(degrees: number): void;
  home(): void;
  focus(): void;
  /** From now on all tiles are shown in these; the view stays. */
  setColours(colours: TileColours): void;
  /** What draws, and what it takes as it is. */
  drawer(): Readonly<{ type: string; formats: readonly string[] }>;
  /** The slide is being used by keyboard: the crosshair is shown and keys mean the centre of the view. */
  byKeyboard(): boolean;
  destroy(): void;
}>;

export type ViewerOptions = Readonly<{
  slide: SlideInfo;
  tile: TileAsker;
  name: string;
  navigator: HTMLElement;
  start: Readonly<{ centre: Point<"slide">; slidePerPixel: number; turned: number }> | null;
  reducedMotion: boolean;
  drawer: "webgl" | "canvas";
}>;

/** Keys that would rotate or flip a slide silently, or that label: OpenSeadragon must not act on them. */
const reservedKeys = /^(?:KeyR|KeyF|KeyJ|KeyK|Digit\d|Numpad\d)$/;
const mostDigitalZoom = 4;

/**
 * @throws when no drawer can be made; a caller that asked for "webgl" tries again with "canvas"
 */
export function createViewer(element: HTMLElement, options: ViewerOptions, events: ViewerEvents): SlideViewer {
  closeBitmapsWithTiles();
  const { slide } = options;
  const viewer = OpenSeadragon({
    element,
    drawer: options.drawer === "webgl" ? [WsiDrawer] : "canvas",
    navigatorDrawer: "canvas",
    showNavigator: true,
    navigatorElement: options.navigator,
    navigatorDisplayRegionColor: "#0f766e",
    showNavigationControl: false,
    // Else a change of colours would go back to the whole slide.
    preserveViewport: true,
    animationTime: options.reducedMotion ? 0 : 0.5,
    blendTime: 0,
    maxZoomPixelRatio: mostDigitalZoom,
    minZoomImageRatio: 0.8,
    visibilityRatio: 0.25,
    maxTilesPerFrame: 4,
    imageLoaderLimit: 8,
    maxImageCacheCount: 400,
    timeout: 60_000,
    placeholderFillStyle: "#f4f4f5",
    gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
    gestureSettingsTouch: { clickToZoom: false, dblClickToZoom: true },
    gestureSettingsPen: { clickToZoom: false, dblClickToZoom: true },
    gestureSettingsUnknown: { clickToZoom: false, dblClickToZoom: true },
  });
  const overview = viewer.navigator?.imageLoader;
  if (overview) {
    // Of a slide with one level the overview asks for every tile: few at a time, behind what is looked at, and for as long as that takes.
    // By OpenSeadragon's default it asks for all at once and gives up after 30 seconds, and its holes stay.
    overview.jobLimit = 2;
    overview.timeout = 60_000;
  }
  const layer = createMarksLayer(viewer.canvas);
  const shapes = createShapesLayer(layer.ahead, layer.ahead.firstChild as Element | null);
  const map = createMapLayer(layer.ahead);
  let placed: Frame | null = null;
  let drawn: Frame | null = null;
  let endTool: (() => void) | null = null;
  let destroyed = false;
  let image: OpenSeadragon.TiledImage | null = null;
  let ghost: ((at: Point<"slide">) => Region | null) | null = null;
  let pointer: Point<"slide"> | null = null;
  /** A finger covers what it points at: no patch is drawn under it. */
  let touched = false;

  viewer.canvas.setAttribute("role", "application");
  viewer.canvas.setAttribute("aria-roledescription", say("slide viewer"));
  viewer.canvas.setAttribute(
    "aria-label",
    say("{name}. Arrow keys move, plus and minus zoom, Enter asks about the patch in the centre.", {
      name: options.name,
    }),
  );

  const slidePoint = (pixel: OpenSeadragon.Point): Point<"slide"> | null => {
    if (!image) return null;
    const p = image.viewportToImageCoordinates(viewer.viewport.pointFromPixel(pixel, true));
    return { x: p.x, y: p.y };
  };
  const inside = (p: Point<"slide"> | null): Point<"slide"> | null =>
    p && p.x >= 0 && p.y >= 0 && p.x < slide.width && p.y < slide.height ? p : null;

  const currentView = (): SlideView | null => {
    if (!image) return null;
    const r = image.viewportToImageRectangle(viewer.viewport.getBoundsNoRotate(true));
    const width = viewer.viewport.getContainerSize().x;
    if (!(width > 0)) return null;
    return {
      centre: { x: r.x + r.width / 2, y: r.y + r.height / 2 },
      slidePerPixel: r.width / width,
      bounds: { x: r.x, y: r.y, width: r.width, height: r.height },
      turned: normalTurn(viewer.viewport.getRotation(true)),
    };
  };

  const slideToScreen = (): Affine | null => {
    if (!image) return null;
    const { x: width } = viewer.viewport.getContainerSize();
    const at = (x: number, y: number): Point<"screen"> => {
      const point = image?.imageToViewportCoordinates(new OpenSeadragon.Point(x, y));
      const pixel = point ? viewer.viewport.pixelFromPoint(point, true) : new OpenSeadragon.Point(0, 0);
      return { x: viewer.viewport.getFlip() ? width - pixel.x : pixel.x, y: pixel.y };
    };
    return affineFrom(slide, at(0, 0), at(slide.width, 0), at(0, slide.height));
  };

  /** Everything over the slide, beyond the screen's edges too. */
  const drawAhead = (frame: Frame, view: SlideView): void => {
    drawn = frame;
    layer.ahead.style.transform = "";
    const [width, height] = [frame.width + 2 * margin, frame.height + 2 * margin];
    const at = { ...frame.at, e: frame.at.e + margin, f: frame.at.f + margin };
    map.draw(at, width, height);
    shapes.draw(at, width, height);
    const { bounds, slidePerPixel, turned } = view;
    const [x, y] = [bounds.x - margin * slidePerPixel, bounds.y - margin * slidePerPixel];
    layer.draw({ x, y, slidePerPixel, width, height, turned });
  };

  const byKeyboard = (): boolean => viewer.canvas.dataset.keyboard === "true";
  /** The patch that a key would speak of: under the pointer, with the keyboard alone in the middle. */
  const showGhost = (): void => {
    const at = pointer ?? (byKeyboard() ? inside(currentView()?.centre ?? null) : null);
    layer.setGhost(at && ghost && !touched ? ghost(at) : null);
  };

  const onUpdate = (): void => {
    const view = currentView();
    const at = slideToScreen();
    if (!view || !at) return;
    const { x: width, y: height } = viewer.viewport.getContainerSize();
    const frame: Frame = { at, width, height, ratio: globalThis.devicePixelRatio || 1 };
    // OpenSeadragon draws again for every tile that comes: nothing has moved then.
    if (placed && isSameFrame(placed, frame)) return;
    placed = frame;
    const { bounds, slidePerPixel, turned } = view;
    layer.place({ ...bounds, slidePerPixel, width, height, turned });
    const shift = drawn && shiftSince(drawn, frame);
    if (shift) layer.ahead.style.transform = `translate(${shift.x}px, ${shift.y}px)`;
    else drawAhead(frame, view);
    showGhost();
    events.onView(view);
  };
  /** Moved by parts of a pixel it is less sharp: at rest it lies exactly. */
  const onRest = (): void => {
    const view = currentView();
    if (placed && view && drawn !== placed) drawAhead(placed, view);
  };

  const onMove = (event: PointerEvent): void => {
    const box = viewer.canvas.getBoundingClientRect();
    const pixel = new OpenSeadragon.Point(event.clientX - box.left, event.clientY - box.top);
    pointer = inside(slidePoint(pixel));
    touched = event.pointerType === "touch";
    showGhost();
    events.onPointer(pointer);
  };
  const onLeave = (): void => {
    pointer = null;
    touched = false;
    showGhost();
    events.onPointer(null);
  };
  viewer.canvas.addEventListener("pointermove", onMove);
  viewer.canvas.addEventListener("pointerleave", onLeave);
  const keyboardFocus = watchKeyboardFocus(viewer.canvas, showGhost);

  viewer.addHandler("canvas-key", (event) => {
    const key = event.originalEvent;
    if (!(key instanceof KeyboardEvent)) return;
    if (reservedKeys.test(key.code) || key.ctrlKey || key.metaKey || key.altKey) event.preventDefaultAction = true;
    if (key.code === "Enter") {
      const view = currentView();
      const at = inside(view?.centre ?? null);
      if (at) events.onClick(at);
    }
  });
  viewer.addHandler("canvas-click", (event) => {
    if (!event.quick) return;
    const at = inside(slidePoint(event.position));
    if (at) events.onClick(at);
  });
  viewer.addHandler("update-viewport", onUpdate);
  viewer.addHandler("resize", onUpdate);
  viewer.addHandler("animation-finish", onRest);
  viewer.addHandler("drawer-error", () => events.onDrawerLost());
  viewer.addHandler("webgl-context-recovery-failed", () => events.onDrawerLost());

  const moveTo = (centre: Point<"slide">, slidePerPixel: number, instantly: boolean): void => {
    if (!image) return;
    const width = viewer.viewport.getContainerSize().x;
    const target = image.imageToViewportCoordinates(new OpenSeadragon.Point(centre.x, centre.y));
    viewer.viewport.zoomTo(slide.width / (slidePerPixel * width), undefined, instantly);
    viewer.viewport.panTo(target, instantly);
    viewer.viewport.applyConstraints(instantly);
  };

  viewer.addHandler("open", () => {
    if (destroyed) return;
    image = viewer.world.getItemAt(0);
    if (options.start) {
      viewer.viewport.setRotation(options.start.turned, true);
      moveTo(options.start.centre, options.start.slidePerPixel, true);
    }
    // For whoever waits for pixels: all of the first view is there.
    image.addOnceHandler("fully-loaded-change", () => element.setAttribute("data-shown", "true"));
    colourSwap.begin();
    onUpdate();
    events.onReady();
  });
  const sourceIn = (colours: TileColours) => new SlideTileSource(slide, options.tile, colours, events.onFailure);
  const colourSwap = createColourSwap(viewer, sourceIn, (swapped) => {
    image = swapped;
  });
  viewer.open({ tileSource: sourceIn("stored") });

  return {
    setMarks: layer.setMarks,
    setOutline: layer.setOutline,
    setRuler: layer.setRuler,
    setMap: map.setPicture,
    setShapes: shapes.setShapes,
    setTool(tool) {
      endTool?.();
      endTool =
        tool &&
        startDrawing(viewer.canvas, tool, {
          at: (event) => {
            const box = viewer.canvas.getBoundingClientRect();
            return slidePoint(new OpenSeadragon.Point(event.clientX - box.left, event.clientY - box.top));
          },
          draft: shapes.setDraft,
          slidePerPixel: () => currentView()?.slidePerPixel ?? 1,
        });
    },
    slideToScreen,
    setGhost(regionAt) {
      ghost = regionAt;
      showGhost();
    },
    view: currentView,
    pointer: () => pointer,
    flyTo(region, instantly = false) {
      const width = viewer.viewport.getContainerSize().x;
      const view = currentView();
      const wanted = (region.width * 6) / Math.max(width, 1);
      const slidePerPixel = view ? Math.min(view.slidePerPixel, wanted) : wanted;
      const at = { x: region.x + region.width / 2, y: region.y + region.height / 2 };
      moveTo(at, slidePerPixel, instantly || options.reducedMotion);
    },
    moveTo: (centre, slidePerPixel) => moveTo(centre, slidePerPixel, options.reducedMotion),
    zoomTo(slidePerPixel) {
      const view = currentView();
      if (view) moveTo(view.centre, slidePerPixel, options.reducedMotion);
    },
    turnTo: (degrees) => void viewer.viewport.setRotation(normalTurn(degrees), true),
    setColours: colourSwap.want,
    home: () => viewer.viewport.goHome(options.reducedMotion),
    focus: () => viewer.canvas.focus(),
    drawer: () => ({ type: viewer.drawer.getType() ?? "", formats: viewer.drawer.getSupportedDataFormats() }),
    byKeyboard,
    destroy() {
      destroyed = true;
      viewer.canvas.removeEventListener("pointermove", onMove);
      viewer.canvas.removeEventListener("pointerleave", onLeave);
      keyboardFocus();
      endTool?.();
      map.destroy();
      shapes.destroy();
      layer.destroy();
      viewer.destroy();
    },
  };
}
