// Whether an element is used by keyboard. `:focus-visible` cannot tell here: OpenSeadragon focuses its canvas by script on every
// click, which browsers show as keyboard focus.

const steering = /^(?:Arrow|Enter$|Tab$)/;

/** Keeps `data-keyboard` on the element "true" or "false"; `changed` is called after each change. Returns what ends it. */
export function watchKeyboardFocus(element: HTMLElement, changed: () => void): () => void {
  let lastWasKey = true;
  const set = (by: boolean): void => {
    if (element.dataset.keyboard === String(by)) return;
    element.dataset.keyboard = String(by);
    changed();
  };
  const onPointer = (): void => {
    lastWasKey = false;
    set(false);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (!steering.test(event.key)) return;
    lastWasKey = true;
    if (document.activeElement === element) set(true);
  };
  const onFocus = (): void => set(lastWasKey);
  const onBlur = (): void => set(false);
  window.addEventListener("pointerdown", onPointer, true);
  window.addEventListener("keydown", onKey, true);
  element.addEventListener("focus", onFocus);
  element.addEventListener("blur", onBlur);
  return () => {
    window.removeEventListener("pointerdown", onPointer, true);
    window.removeEventListener("keydown", onKey, true);
    element.removeEventListener("focus", onFocus);
    element.removeEventListener("blur", onBlur);
  };
}
