// The whole page in full screen and back. Knows no slide; panels and dialogs come along.
import { useSyncExternalStore } from "react";
import { notify, type SessionStore } from "../state/session-store.ts";
import { say } from "../words/say.ts";

/** False inside another page that does not allow it. */
export const canFillScreen = (): boolean => document.fullscreenEnabled;

export async function toggleFullScreen(session: SessionStore): Promise<void> {
  try {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await document.documentElement.requestFullscreen();
  } catch {
    notify(session, "info", say("This browser did not allow full screen. Its own menu has it too, often under F11."));
  }
}

function subscribe(changed: () => void): () => void {
  document.addEventListener("fullscreenchange", changed);
  return () => document.removeEventListener("fullscreenchange", changed);
}

export const useFullScreen = (): boolean => useSyncExternalStore(subscribe, () => document.fullscreenElement !== null);
