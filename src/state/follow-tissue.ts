// Whoever reads slides finds tissue as the project says: after a change, an undo, a reload, a worker's death. Knows the slides' api only.
import type { SlideId } from "../base/brand.ts";
import { isFault } from "../base/fault.ts";
import type { TissueSettings } from "../domain/zone.ts";
import type { ActionContext } from "./action.ts";

/** Returns what ends it. */
export function followTissue(context: ActionContext): () => void {
  /** What was told last of each open slide. */
  const told = new Map<SlideId, Readonly<{ settings: TissueSettings | null }>>();
  let seen: readonly unknown[] = [];
  const tell = async (slideId: SlideId, settings: TissueSettings | null): Promise<void> => {
    try {
      await context.slides.setTissue({ slideId, settings });
      if (context.session.getState().engine.kind === "ready") await context.engine.forgetTissue({ slideId });
    } catch (error) {
      // Closed meanwhile, or its reader died: it is told again when the slide is open again.
      told.delete(slideId);
      if (!isFault(error)) throw error;
    }
    context.session.setState(({ tissueRevision }) => ({ tissueRevision: tissueRevision + 1 }));
  };
  const look = (): void => {
    const { tissue } = context.project.getState().project;
    const { openSlides } = context.session.getState();
    if (seen[0] === tissue && seen[1] === openSlides) return;
    seen = [tissue, openSlides];
    for (const id of told.keys()) if (!openSlides.has(id)) told.delete(id);
    for (const id of openSlides.keys()) {
      const settings = tissue.get(id) ?? null;
      const before = told.get(id);
      // A slide that was just opened finds tissue by default by itself.
      const unchanged = before ? before.settings === settings : settings === null;
      told.set(id, { settings });
      if (!unchanged) void tell(id, settings);
    }
  };
  const ends = [context.project.subscribe(look), context.session.subscribe(look)];
  look();
  return () => {
    for (const end of ends) end();
  };
}
