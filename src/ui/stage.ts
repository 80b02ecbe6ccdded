// Where the panels meet the viewer: the one on the screen now, and what moves at pointer speed. Outside every store on purpose.
import type { Point } from "../domain/geometry.ts";
import type { SlideView, SlideViewer } from "../viewer/create-viewer.ts";

export type Stage = {
  viewer: SlideViewer | null;
  view: SlideView | null;
  pointer: Point<"slide"> | null;
  /** Called after any of the three changed. Returns what ends it. */
  subscribe(listener: () => void): () => void;
  changed(): void;
};

/** Degrees clockwise, from where it is: the viewer is asked, as `view` lags a frame behind quick keys. */
export function turnBy({ viewer }: Stage, degrees: number): void {
  const view = viewer?.view();
  if (view) viewer?.turnTo(view.turned + degrees);
}

export function createStage(): Stage {
  const listeners = new Set<() => void>();
  return {
    viewer: null,
    view: null,
    pointer: null,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    changed() {
      for (const listener of listeners) listener();
    },
  };
}
