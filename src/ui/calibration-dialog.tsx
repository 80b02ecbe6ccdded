// Stating how large a pixel is: as a number, or from a distance measured on the slide.
import { Button, Modal, NumberInput, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { declareCalibration, mppFromDistance, mppIsPlausible } from "../state/actions/slides.ts";
import { currentSlide, slideMpp } from "../state/selectors.ts";
import { magnificationOf, magnificationWords, mppWords } from "../viewer/scale.ts";
import { say } from "../words/say.ts";
import { useApp, useAppState, usePerform, useUi } from "./app-context.ts";
import { ReasonButton } from "./reason-button.tsx";
import { noDialog } from "./ui-store.ts";

export function CalibrationDialog() {
  const { ui } = useApp();
  const measuring = useUi((state) => state.measuring);
  const slide = currentSlide(useAppState());
  const close = (): void => ui.setState({ dialog: noDialog, measuring: null });
  if (!slide) return null;
  const pixels =
    measuring?.from && measuring.to
      ? Math.hypot(measuring.to.x - measuring.from.x, measuring.to.y - measuring.from.y)
      : null;
  return (
    <Modal opened onClose={close} title={say("How large is a pixel?")} size="md">
      <Form slideId={slide.info.id} known={slideMpp(slide.info.calibration)} pixels={pixels} onClose={close} />
    </Modal>
  );
}

type FormProps = Readonly<{
  slideId: Parameters<typeof declareCalibration.run>[1]["id"];
  known: number | null;
  pixels: number | null;
  onClose: () => void;
}>;

function Form({ slideId, known, pixels, onClose }: FormProps) {
  const { ui } = useApp();
  const perform = usePerform();
  const [way, setWay] = useState<"stated" | "known-distance">(pixels === null ? "stated" : "known-distance");
  const [stated, setStated] = useState<number | null>(known);
  const [distance, setDistance] = useState<number | null>(null);
  const measured = pixels !== null && distance !== null ? mppFromDistance(distance, pixels) : null;
  const value = way === "stated" ? stated : measured;
  const enabled = value === null ? say("Give a number first.") : mppIsPlausible(value);
  return (
    <form
      className="pt-card"
      style={{ border: 0, padding: 0, gap: 12 }}
      onSubmit={(event) => {
        event.preventDefault();
        if (enabled !== true || value === null) return;
        perform(declareCalibration, { id: slideId, mppX: value, mppY: value, how: way });
        onClose();
      }}
    >
      <p className="pt-hint">
        {say(
          "Models see tissue at a physical scale. A wrong number gives wrong answers without any sign of it, so it is never guessed.",
        )}
      </p>
      <SegmentedControl
        size="xs"
        value={way}
        onChange={(next) => setWay(next === "stated" ? "stated" : "known-distance")}
        data={[
          { value: "stated", label: say("I know the µm/px") },
          { value: "known-distance", label: say("I know a distance") },
        ]}
      />
      {way === "stated" ? (
        <NumberInput
          label={say("µm per pixel at full resolution")}
          description={say("0.25 is usual for 40×, 0.5 for 20×")}
          value={stated ?? ""}
          min={0.01}
          max={100}
          step={0.01}
          decimalScale={5}
          data-autofocus
          data-testid="mpp-input"
          onChange={(next) => setStated(typeof next === "number" ? next : null)}
        />
      ) : pixels === null ? (
        <Button
          variant="default"
          onClick={() => ui.setState({ dialog: noDialog, measuring: { from: null, to: null } })}
        >
          {say("Click two points on the slide")}
        </Button>
      ) : (
        <NumberInput
          label={say("Length of the {pixels} px you marked, in µm", { pixels: Math.round(pixels) })}
          value={distance ?? ""}
          min={0.1}
          decimalScale={2}
          data-autofocus
          data-testid="distance-input"
          onChange={(next) => setDistance(typeof next === "number" ? next : null)}
        />
      )}
      <div className="pt-line">
        <span className="pt-mute pt-small">
          {value !== null && enabled === true
            ? say("{mpp}: about {magnification} at full resolution", {
                mpp: mppWords(value),
                magnification: magnificationWords(magnificationOf(value)),
              })
            : ""}
        </span>
        <span className="pt-space" />
        <Button variant="default" onClick={onClose}>
          {say("Cancel")}
        </Button>
        <ReasonButton enabled={enabled} type="submit" testId="mpp-save" onClick={() => {}}>
          {say("Use this")}
        </ReasonButton>
      </div>
    </form>
  );
}
