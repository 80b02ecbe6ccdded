// A link to a view: where one looks, the slide's identity by its content and, if wanted, the address of a slide that has one. No pixels,
// no name of a file, nothing of the project. Pure text.
import type { SlideId } from "../base/brand.ts";
import type { OpenSlide } from "../state/session-store.ts";
import { formatViewAddress, type ViewAddress } from "../viewer/view-address.ts";

/** The address a slide was opened from, as it is kept (without keys); null: it is a file, or comes with the app. */
export const addressOf = ({ source }: Pick<OpenSlide, "source">): string | null =>
  source.kind === "url" ? source.url : null;

/** An address may hold a key in its query or name a patient in its path: the person decides, seeing it. */
export const hasQuery = (address: string): boolean => new URL(address).search !== "";

/** @param page of the app, without query and fragment. @param address null: left out */
export function shareLink(
  page: string,
  view: Omit<ViewAddress, "slide">,
  slideId: SlideId,
  address: string | null,
): string {
  const query = address === null ? "" : `?slide=${encodeURIComponent(address)}`;
  return `${page}${query}${formatViewAddress(view, slideId)}`;
}
