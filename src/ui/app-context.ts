// What every component can reach: the stores, the commands' context, the viewer and what only the roof can do.
import { createContext, use, useCallback } from "react";
import { useStore } from "zustand";
import type { SlideId } from "../base/brand.ts";
import type { SlideRef } from "../domain/project.ts";
import type { KeptPart } from "../platform/page/kept-storage.ts";
import { type Action, type ActionContext, type AppState, perform } from "../state/action.ts";
import type { ProjectState } from "../state/project-store.ts";
import type { SessionState } from "../state/session-store.ts";
import type { Stage } from "./stage.ts";
import type { UiState, UiStore } from "./ui-store.ts";

/** What needs the browser itself: files, addresses, workers. The roof implements it. */
export type Host = Readonly<{
  /** Slides, prompt sets and backbones alike, also folders; each is recognised by what it is. Call it inside the drop event. */
  openDropped(transfer: DataTransfer): void;
  pickSlide(): void;
  /** A folder that is one slide: OME-Zarr, Deep Zoom, IIIF, DICOM. */
  pickSlideFolder(): void;
  pickPromptSet(): void;
  pickProject(): void;
  /** Labels, regions or a map as GeoJSON. */
  pickAnnotations(): void;
  /** Files of a backbone; what they are is found out by reading them. */
  pickModelFiles(): void;
  pickModelFolder(): void;
  /** A folder with a text encoder in transformers.js layout. */
  pickTextEncoder(): void;
  openDemo(): void;
  /** Asks about a new origin first. */
  openUrl(url: string): void;
  approveOrigin(url: string): void;
  /** The person asked for files of the Hugging Face hub. */
  approveHub(): Promise<void>;
  /** Opens a slide of the project again: by its kept handle where there is one, else by asking for the file. */
  reopen(slide: SlideRef): void;
  retryEngine(): void;
}>;

/** What the browser keeps for this app. `clear` and the two `forget` are for good; ask first. */
export type Keeping = Readonly<{
  /** Asks the browser again how much is kept and whether it promised to keep it; the answer is in the session. */
  look(): Promise<void>;
  /** Asks for the promise. */
  persist(): Promise<void>;
  parts(): Promise<readonly KeptPart[]>;
  /** Bytes of this tab and its workers; null where the browser does not tell. */
  memory(): Promise<number | null>;
  clear(part: Exclude<KeptPart["id"], "project" | "other">): Promise<void>;
  forgetSlide(id: SlideId): Promise<void>;
  /** Resolves when nothing is left, or what is left was said; the app is over. */
  forgetEverything(): Promise<void>;
}>;

export type App = Readonly<{ context: ActionContext; host: Host; keeping: Keeping; ui: UiStore; stage: Stage }>;

export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = use(AppContext);
  if (!app) throw new Error("assertion failed: a component stands outside the app");
  return app;
}

export function useProject<T>(select: (state: ProjectState) => T): T {
  return useStore(useApp().context.project, select);
}

export function useSession<T>(select: (state: SessionState) => T): T {
  return useStore(useApp().context.session, select);
}

export function useUi<T>(select: (state: UiState) => T): T {
  return useStore(useApp().ui, select);
}

/** Both stores; for selectors that need both. */
export function useAppState(): AppState {
  const project = useProject((state) => state);
  const session = useSession((state) => state);
  return { project, session };
}

/** Runs a command of the state floor; its faults become notices there. */
export function usePerform(): <P>(action: Action<P>, ...params: P extends void ? [] : [P]) => void {
  const { context } = useApp();
  return useCallback(
    (action, ...params) => {
      void perform(context, action, ...params);
    },
    [context],
  );
}
