// What holds right now on this slide: a missing um/px, measuring, or that clicks label. One banner, with the way out on it.
import { Button } from "@mantine/core";
import type { TissueClass } from "../domain/label.ts";
import { type Calibration, mppOf } from "../domain/slide.ts";
import { slideMpp } from "../state/selectors.ts";
import type { OpenSlide } from "../state/session-store.ts";
import { lengthWords } from "../viewer/scale.ts";
import { say } from "../words/say.ts";
import { useApp, useAppState, useUi } from "./app-context.ts";
import { Sentence } from "./sentence.tsx";
import { type Drawing, type Measuring, noDialog } from "./ui-store.ts";

export function StageBanner({ open }: Readonly<{ open: OpenSlide }>) {
  const { ui } = useApp();
  const { measuring, labelling, ruler, drawing } = useUi((state) => state);
  const { session, project } = useAppState();
  if (measuring) {
    return (
      <div className="pt-hud pt-banner" role="status">
        <span>
          {measuring.from === null ? say("Click one end of a distance you know.") : say("Now click its other end.")}
        </span>
        <Button size="compact-xs" variant="default" onClick={() => ui.setState({ measuring: null, dialog: noDialog })}>
          {say("Stop measuring")}
        </Button>
      </div>
    );
  }
  if (ruler) return <RulerBanner ruler={ruler} calibration={open.info.calibration} />;
  if (slideMpp(open.info.calibration) === null) {
    return (
      <div className="pt-hud pt-banner" role="alert" data-testid="calibration-banner">
        <span className="pt-warn">
          {say("This file does not say how large a pixel is. Patches cannot be classified without it.")}
        </span>
        <Button size="compact-xs" onClick={() => ui.setState({ dialog: { kind: "calibration" } })}>
          {say("State µm/px")}
        </Button>
      </div>
    );
  }
  const selected = project.project.classes.find((c) => c.id === session.selectedClass);
  if (drawing?.purpose === "label") return <PaintBanner drawing={drawing} selected={selected ?? null} />;
  if (!labelling || !selected) return null;
  return (
    <div className="pt-hud pt-banner" role="status">
      <span className="pt-swatch" style={{ background: selected.color }} />
      <span>
        <Sentence text="Clicks label {name}" parts={{ name: <strong>{selected.name}</strong> }} />
      </span>
      <Button size="compact-xs" variant="default" onClick={() => ui.setState({ labelling: false })}>
        {say("Stop (Esc)")}
      </Button>
    </div>
  );
}

/** A length, looked at and forgotten: it leaves no annotation. */
function RulerBanner({ ruler, calibration }: Readonly<{ ruler: Measuring; calibration: Calibration }>) {
  const { ui } = useApp();
  const { from, to } = ruler;
  const scale = mppOf(calibration);
  const [x, y] = from && to ? [to.x - from.x, to.y - from.y] : [0, 0];
  const length = scale ? lengthWords(Math.hypot(x * scale.x, y * scale.y)) : `${Math.round(Math.hypot(x, y))} px`;
  return (
    <div className="pt-hud pt-banner" role="status" data-testid="ruler">
      <span>
        {from === null && say("Ruler: click one end.")}
        {from !== null && to === null && say("Now click the other end.")}
        {to !== null && (
          <>
            <strong>{length}</strong> {!scale && say("(µm/px unknown) ")}
            {say("· click to measure again; nothing is kept")}
          </>
        )}
      </span>
      <Button size="compact-xs" variant="default" onClick={() => ui.setState({ ruler: null })}>
        {say("Stop (Esc)")}
      </Button>
    </div>
  );
}

function PaintBanner({ drawing, selected }: Readonly<{ drawing: Drawing; selected: TissueClass | null }>) {
  const { ui } = useApp();
  return (
    <div className="pt-hud pt-banner" role="status" data-testid="paint-banner">
      {selected && <span className="pt-swatch" style={{ background: selected.color }} />}
      <span>
        {drawing.kind === "brush" ? say("Paint over tissue") : say("Drag a box")}:{" "}
        {selected ? (
          <Sentence text="every patch of it is labelled {name}" parts={{ name: <strong>{selected.name}</strong> }} />
        ) : (
          say("choose a class on the left first")
        )}
      </span>
      <Button size="compact-xs" variant="default" onClick={() => ui.setState({ drawing: null })}>
        {say("Stop (Esc)")}
      </Button>
    </div>
  );
}
