// What the browser keeps for this app: asked to keep it, measured, cleared, forgotten. Knows the browser; draws nothing but the last page.
import type { SlideId } from "../base/brand.ts";
import type { FileHandles } from "../platform/page/file-handles.ts";
import { clearPart, eraseOrigin, keptParts } from "../platform/page/kept-storage.ts";
import { type ActionContext, perform, stateOf } from "../state/action.ts";
import { forgetSlide } from "../state/actions/forget.ts";
import { changeMaps } from "../state/actions/maps.ts";
import { removeModel } from "../state/actions/models.ts";
import type { Keeping } from "../ui/app-context.ts";
import { say } from "../words/say.ts";

export type KeepingDeps = Readonly<{
  context: ActionContext;
  handles: FileHandles;
  /** New workers, with nothing in their memory; open slides are opened again. */
  freshWorkers: () => void;
  /** Nothing of the app runs or is drawn any more. */
  stop: () => void;
  /** Where the last page is drawn. */
  element: HTMLElement;
}>;

const channelName = "pathotune-forget";
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

type MemoryMeasure = Readonly<{ measureUserAgentSpecificMemory?: () => Promise<Readonly<{ bytes: number }>> }>;

export function createKeeping({ context, handles, freshWorkers, stop, element }: KeepingDeps): Keeping {
  const { session } = context;
  let stopped = false;
  const end = (words: string): void => {
    stopped = true;
    stop();
    history.replaceState(null, "", location.pathname);
    lastPage(element, words);
  };
  // Another tab forgets everything: what this one has in memory would be written again.
  const others = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(channelName);
  if (others) others.onmessage = () => !stopped && end(say("Everything was forgotten in another tab."));

  const look = async (): Promise<void> => {
    const [persisted, estimate] = await Promise.all([
      navigator.storage?.persisted?.().catch(() => null) ?? null,
      navigator.storage?.estimate?.().catch(() => null) ?? null,
    ]);
    if (stopped) return;
    session.setState({ storage: { persisted, usage: estimate?.usage ?? null, quota: estimate?.quota ?? null } });
  };
  const persist = async (): Promise<void> => {
    await navigator.storage?.persist?.().catch(() => false);
    await look();
  };
  void look();
  followFirstWork(context, persist);

  return {
    look,
    persist,
    parts: keptParts,
    memory: async () => {
      const measure = (performance as MemoryMeasure).measureUserAgentSpecificMemory;
      if (!measure || !crossOriginIsolated) return null;
      return measure.call(performance).then(
        ({ bytes }) => bytes,
        () => null,
      );
    },
    clear: async (part) => {
      if (part === "models") {
        for (const { model } of session.getState().ownModels) await perform(context, removeModel, { id: model.id });
      }
      if (part === "maps") {
        context.sweeping.cancel();
        for (const id of session.getState().maps.sheets.keys()) context.maps.drop(id);
        changeMaps(context, ({ revision }) => ({
          sheets: new Map(),
          sweep: null,
          ended: null,
          preview: null,
          revision: revision + 1,
        }));
      }
      await clearPart(part);
      await look();
    },
    forgetSlide: async (id: SlideId) => {
      if (!(await perform(context, forgetSlide, { id }))) return;
      await handles.forget(id);
      if (stateOf(context).session.currentSlide === null) history.replaceState(null, "", location.pathname);
      // Pixels and features of it are in the workers' memory.
      freshWorkers();
    },
    forgetEverything: async () => {
      others?.postMessage({ kind: "forget" });
      end(say("Forgetting…"));
      // What was being written when everything stopped comes to its end.
      await pause(400);
      await eraseOrigin();
      await pause(400);
      const left = await eraseOrigin();
      lastPage(
        element,
        left.length === 0
          ? say(
              "Everything is forgotten: labels, prompt sets, maps, backbones, settings and the offline copy of the app.",
            )
          : say(
              "Not everything could be erased: {left}. Close other tabs of this app and clear the site's data in the browser's settings.",
              { left: left.join("; ") },
            ),
      );
    },
  };
}

/** Asked for when there is something to lose, not before: a browser asks the person, and must not ask for nothing. */
function followFirstWork({ project }: ActionContext, persist: () => Promise<void>): void {
  const look = (): void => {
    const { project: now, role } = project.getState();
    if (role !== "writer" || (now.labels.size === 0 && now.promptSets.size === 0)) return;
    end();
    void persist();
  };
  const end = project.subscribe(look);
}

/** Plain: no component is left, and nothing that could ask for a file. */
function lastPage(element: HTMLElement, words: string): void {
  const text = document.createElement("p");
  text.textContent = words;
  const again = document.createElement("button");
  again.textContent = say("Start again");
  again.addEventListener("click", () => location.reload());
  const box = document.createElement("main");
  box.style.cssText = "max-width:40rem;margin:20vh auto;padding:0 1rem;font:15px/1.5 system-ui,sans-serif";
  box.dataset.testid = "forgotten";
  box.append(text, again);
  element.replaceChildren(box);
}
