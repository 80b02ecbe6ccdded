// Photographs that lie beside a slide in its file: label, macro and the like. Each is hidden until asked for and forgotten when the
// dialog closes: a label may name the patient. They go nowhere but on the screen.
import { Button } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import type { SlideId } from "../base/brand.ts";
import { isAbort, toFault } from "../base/fault.ts";
import type { SlideInfo, SlidePhotograph } from "../domain/slide.ts";
import { say } from "../words/say.ts";
import { useApp } from "./app-context.ts";
import { wordsOf } from "./photograph-words.ts";

export function SlidePhotographs({ info }: Readonly<{ info: SlideInfo }>) {
  const { photographs = [] } = info;
  if (photographs.length === 0) return null;
  return (
    <section className="pt-stack" style={{ marginTop: 12 }} data-testid="photographs">
      <strong>{say("Photographs in the file")}</strong>
      <p className="pt-hint">{say("They are shown here only, never kept and never part of anything saved.")}</p>
      {photographs.map((photograph) => (
        <Photograph key={photograph.name} slideId={info.id} photograph={photograph} />
      ))}
    </section>
  );
}

function Photograph({ slideId, photograph }: Readonly<{ slideId: SlideId; photograph: SlidePhotograph }>) {
  const [shown, setShown] = useState(false);
  const { name, width, height } = photograph;
  const words = wordsOf(name);
  return (
    <div>
      <div className="pt-line">
        <span>
          {words.title} <span className="pt-mute">{`${width} × ${height} px`}</span>
        </span>
        <span className="pt-space" />
        <Button size="compact-sm" variant="default" data-testid={`photograph-${name}`} onClick={() => setShown(!shown)}>
          {shown ? words.hide : words.show}
        </Button>
      </div>
      {shown && <Picture slideId={slideId} name={name} />}
    </div>
  );
}

function Picture({ slideId, name }: Readonly<{ slideId: SlideId; name: SlidePhotograph["name"] }>) {
  const { context } = useApp();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [attempt, setAttempt] = useState(0);
  const [failure, setFailure] = useState<string | null>(null);
  const words = wordsOf(name);
  useEffect(() => {
    const controller = new AbortController();
    setFailure(null);
    const show = async (): Promise<void> => {
      const image = await context.slides.photograph({ slideId, name }, { signal: controller.signal });
      const target = canvas.current;
      if (target && !controller.signal.aborted && image instanceof ImageBitmap) {
        target.width = image.width;
        target.height = image.height;
        target.getContext("2d")?.drawImage(image, 0, 0);
        target.dataset.shown = "true";
      }
      image.close();
    };
    show().catch((error: unknown) => {
      if (!isAbort(error)) setFailure(toFault(error, "read", say("It could not be read")).message);
    });
    return () => controller.abort();
  }, [context, slideId, name, attempt]);
  if (failure !== null) {
    return (
      <div className="pt-line" role="alert">
        <p className="pt-hint pt-warn">
          {say(
            "{failed} {failure} The slide itself is not affected. If trying again does not help, open the slide’s file again.",
            { failed: words.failed, failure },
          )}
        </p>
        <Button size="compact-sm" variant="default" onClick={() => setAttempt(attempt + 1)}>
          {say("Try again")}
        </Button>
      </div>
    );
  }
  return <canvas ref={canvas} className="pt-photograph" width={1} height={1} role="img" aria-label={words.alt} />;
}
