// A link to a view of a slide that is not here (yet): said so, and kept until the slide is opened. Knows the address bar; no slide.
import type { SessionStore } from "../state/session-store.ts";
import { notify } from "../state/session-store.ts";
import { parseViewAddress } from "../viewer/view-address.ts";
import { say } from "../words/say.ts";

/**
 * Call it once the first slide is on the screen. `hash`: as the page was opened with; another slide has written its own view since.
 * When the slide of the link is opened its view is put back before a viewer looks for it.
 */
export function waitForLinkedSlide(session: SessionStore, hash: string): void {
  const slide = parseViewAddress(hash)?.slide ?? null;
  const { currentSlide } = session.getState();
  if (slide === null || currentSlide?.startsWith(slide)) return;
  notify(
    session,
    "info",
    say("This link leads to a place on a slide that is not open here. Open that slide: the view goes there."),
  );
  const end = session.subscribe(({ currentSlide: now }) => {
    if (!now?.startsWith(slide)) return;
    end();
    history.replaceState(null, "", hash);
  });
}
