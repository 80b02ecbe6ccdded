// A link to this view: where on which slide, how near, how turned. It holds no pixels and no address of a slide: who gets it needs the
// slide itself.
import { notify, type SessionStore } from "../state/session-store.ts";
import { say } from "../words/say.ts";

export const viewLink = ({ origin, pathname, hash }: Pick<Location, "origin" | "pathname" | "hash">): string =>
  `${origin}${pathname}${hash}`;

export async function copyViewLink(session: SessionStore): Promise<void> {
  const link = viewLink(location);
  try {
    await navigator.clipboard.writeText(link);
    notify(
      session,
      "info",
      say(
        "The link to this view is copied. It names the slide by the first characters of its fingerprint, and shows it to whoever has the same slide open or in their project.",
      ),
    );
  } catch {
    notify(session, "info", say("This browser did not allow copying. The link is {link}", { link }));
  }
}
