// Patches side by side, each a way to its place on the slide. Knows nothing of why these were chosen.
import { Modal } from "@mantine/core";
import type { SlideId } from "../base/brand.ts";
import type { Region } from "../domain/geometry.ts";
import { perform } from "../state/action.ts";
import { showSlide } from "../state/actions/slides.ts";
import { many, say } from "../words/say.ts";
import { type App, useApp, useAppState } from "./app-context.ts";
import { RegionImage } from "./region-image.tsx";
import { SyntheticMark } from "./synthetic-mark.tsx";
import { noDialog } from "./ui-store.ts";

/** `words`: one line below the picture. */
export type PatchView = Readonly<{ slideId: SlideId; region: Region; words: string }>;

/** More are not painted at once: each is a read of the slide. */
const most = 200;

export function PatchGallery({ title, patches }: Readonly<{ title: string; patches: readonly PatchView[] }>) {
  const app = useApp();
  const { openSlides } = useAppState().session;
  const close = (): void => app.ui.setState({ dialog: noDialog });
  const closed = patches.filter(({ slideId }) => !openSlides.has(slideId)).length;
  const shown = patches.filter(({ slideId }) => openSlides.has(slideId)).slice(0, most);
  return (
    <Modal opened onClose={close} title={title} size="xl">
      <div className="pt-stack" data-testid="patch-gallery">
        {closed > 0 && (
          <p className="pt-hint pt-warn">
            {many(closed, "1 patch is on a slide that is not open.", "{n} patches are on a slide that is not open.")}
          </p>
        )}
        {shown.some(({ slideId }) => openSlides.get(slideId)?.info.origin === "generated") && <SyntheticMark />}
        <div className="pt-gallery">
          {shown.map(({ slideId, region, words }) => (
            <button
              key={`${slideId} ${region.x},${region.y}`}
              type="button"
              className="pt-thumb"
              title={say("Go there")}
              onClick={() => {
                close();
                void goTo(app, slideId, region);
              }}
            >
              <RegionImage slideId={slideId} region={region} size={120} fill label={words} />
              {words}
            </button>
          ))}
        </div>
        {shown.length + closed < patches.length && (
          <p className="pt-hint">{say("The first {most} of {patches}.", { most, patches: patches.length })}</p>
        )}
      </div>
    </Modal>
  );
}

/** Shows the slide first where another is on the screen; its viewer is there some frames later. */
export async function goTo({ context, stage }: App, slideId: SlideId, region: Region): Promise<void> {
  if (context.session.getState().currentSlide === slideId) {
    stage.viewer?.flyTo(region);
    return;
  }
  const before = stage.viewer;
  if (!(await perform(context, showSlide, { id: slideId }))) return;
  for (let frame = 0; frame < 120 && (stage.viewer === null || stage.viewer === before); frame++) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
  if (stage.viewer !== before) stage.viewer?.flyTo(region);
}
