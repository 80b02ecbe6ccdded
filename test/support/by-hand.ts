// One hand only: counts what the other would have done, and walks a page by Tab. Knows no screen of the app.
import type { Locator, Page } from "playwright-core";

const pointerEvents = ["pointerdown", "pointermove", "mousedown", "mousemove", "wheel", "touchstart", "dragstart"];
const keyEvents = ["keydown", "keyup", "keypress", "beforeinput"];

/** How many events of the pointer, or of the keys, the page has had since this was called. */
export async function counter(page: Page, of: "pointer" | "keys"): Promise<() => Promise<number>> {
  await page.evaluate(
    (names) => {
      document.documentElement.dataset.counted = "0";
      const count = (event: Event): void => {
        // What the app does by script is nobody's hand.
        if (!event.isTrusted) return;
        const { dataset } = document.documentElement;
        dataset.counted = String(Number(dataset.counted) + 1);
      };
      for (const name of names) window.addEventListener(name, count, { capture: true, passive: true });
    },
    of === "pointer" ? pointerEvents : keyEvents,
  );
  return () => page.evaluate(() => Number(document.documentElement.dataset.counted));
}

/** Goes there by Tab. @throws when it is not reached in two rounds of a large page */
export async function tabTo(page: Page, target: Locator, back = false): Promise<void> {
  for (let i = 0; i < 160; i++) {
    if (await target.evaluate((element) => element === document.activeElement).catch(() => false)) return;
    await page.keyboard.press(back ? "Shift+Tab" : "Tab");
  }
  throw new Error(`not reached by Tab: ${target}`);
}

export type Stop = Readonly<{ what: string; seen: boolean; marked: boolean }>;

/**
 * One round by Tab from the top of the page, each place it stops at: whether it lies in the window, and whether one sees that the focus
 * is there (something of it, of what surrounds it or of what it stands for looks otherwise than without the focus).
 */
export async function round(page: Page, most = 160): Promise<readonly Stop[]> {
  // Half-way into a change of colour nothing is told apart.
  await page.addStyleTag({ content: "* { transition: none !important; }" });
  await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
    window.getSelection()?.collapse(document.body, 0);
    for (const element of document.querySelectorAll("[data-stop]")) element.removeAttribute("data-stop");
  });
  const stops: Stop[] = [];
  let before: string | null = null;
  for (let i = 0; i < most; i++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate((n) => {
      const look = (element: Element): string =>
        [element, element.parentElement, element.nextElementSibling, ...element.children]
          .map((one) => {
            if (!one) return "";
            const { outline, boxShadow, borderColor, backgroundColor } = getComputedStyle(one);
            return [outline, boxShadow, borderColor, backgroundColor].join(" ");
          })
          .join("|");
      const last = document.querySelector(`[data-stop="${n - 1}"]`);
      const lastLook = last === null ? null : look(last);
      const element = document.activeElement;
      if (!element || element === document.body) return { end: true, lastLook };
      if (element.hasAttribute("data-stop")) return { end: true, lastLook };
      element.setAttribute("data-stop", String(n));
      const box = element.getBoundingClientRect();
      const what = `${element.tagName.toLowerCase()} ${element.getAttribute("aria-label") ?? element.getAttribute("data-testid") ?? element.textContent?.trim().slice(0, 40) ?? ""}`;
      const seen = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
      return { end: false, lastLook, what, seen, look: look(element) };
    }, i);
    const previous = stops.at(-1);
    if (previous && at.lastLook !== null) stops[stops.length - 1] = { ...previous, marked: at.lastLook !== before };
    if (at.end) return stops;
    before = at.look ?? null;
    stops.push({ what: at.what ?? "", seen: at.seen ?? false, marked: true });
  }
  throw new Error(`a round by Tab does not end after ${most} places`);
}

/** What can be pressed or filled and is in the page, and was no stop of the last round. Of a radio group one stop is enough. */
export const unreached = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("button, a[href], input, select, textarea, summary, [role=slider]")]
      .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest("[inert]"))
      .filter((element) => !element.matches(":disabled, [aria-hidden=true], [type=radio], [type=file], [type=hidden]"))
      .filter((element) => !element.hasAttribute("data-stop"))
      .map((element) => element.outerHTML.slice(0, 120)),
  );
