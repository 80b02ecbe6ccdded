// Keys of the whole page. The table of commands says which key means which; this knows when keys are for typing.
import { useEffect } from "react";
import { notify } from "../state/session-store.ts";
import { say } from "../words/say.ts";
import { useApp } from "./app-context.ts";
import { commandsOf } from "./commands.ts";
import { isShortcut } from "./keys.ts";

/** Of whatever marks itself with `data-own-keys`. */
const ownKeys = /^(?:Enter| |\d|u|U|ArrowLeft|ArrowRight)$/;
/** Held down, these would run away. */
const notRepeated = /^[rf]$/;

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("textarea, select, input:not([type=radio], [type=checkbox])"))
  );
}

/** Menus are walked by letters; panels and sliders by the keys that page. Those keys are the slide's only where nothing else has them. */
function elsewhere({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (key !== "Escape" && target.closest('[role="menu"]')) return true;
  const paging = /^(?:Home|PageUp|PageDown)$/.test(key);
  return paging && target !== document.body && target.closest(".pt-slide") === null;
}

export function useKeyboard(): void {
  const app = useApp();
  useEffect(() => {
    const { context, ui } = app;
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || ui.getState().dialog.kind !== "none") return;
      const ctrl = event.ctrlKey || event.metaKey;
      const pressed = { key: event.key, code: event.code, ctrl, alt: event.altKey, shift: event.shiftKey };
      // The palette is found from everywhere, also from a field.
      if (isTyping(event.target) && !isShortcut("Ctrl+K", pressed)) return;
      if (elsewhere(event)) return;
      const own = event.target instanceof HTMLElement && event.target.closest("[data-own-keys]") !== null;
      if (own && !ctrl && !event.altKey && ownKeys.test(event.key)) return;
      if (event.repeat && notRepeated.test(event.key.toLowerCase())) return;
      const command = commandsOf(app).find(({ keys }) => keys.some((written) => isShortcut(written, pressed)));
      if (command) command.run();
      else if (/^\d$/.test(event.key) && !ctrl && !event.altKey) {
        notify(
          context.session,
          "info",
          say("No class has the key {key}. Add a class on the left first.", { key: event.key }),
        );
      } else return;
      // Escape also closes menus: they must still see it.
      if (event.key !== "Escape") event.preventDefault();
    };
    // Captured: OpenSeadragon stops some keys on their way up.
    window.addEventListener("keydown", onKey, true);
    return () => window.removeEventListener("keydown", onKey, true);
  }, [app]);
}
