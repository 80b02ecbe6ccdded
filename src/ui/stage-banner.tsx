// What holds right now on this slide: a missing um/px, measuring, or that clicks label. One banner, with the way out on it.
import { Button } from "@mantine/core";
import { slideMpp } from "../state/selectors.ts";
import type { OpenSlide } from "../state/session-store.ts";
import { useApp, useAppState, useUi } from "./app-context.ts";
import { noDialog } from "./ui-store.ts";

export function StageBanner({ open }: Readonly<{ open: OpenSlide }>) {
  const { ui } = useApp();
  const { measuring, labelling } = useUi((state) => state);
  const { session, project } = useAppState();
  if (measuring) {
    return (
      <div className="pt-hud pt-banner" role="status">
        <span>{measuring.from === null ? "Click one end of a distance you know." : "Now click its other end."}</span>
        <Button size="compact-xs" variant="default" onClick={() => ui.setState({ measuring: null, dialog: noDialog })}>
          Stop measuring
        </Button>
      </div>
    );
  }
  if (slideMpp(open.info.calibration) === null) {
    return (
      <div className="pt-hud pt-banner" role="alert" data-testid="calibration-banner">
        <span className="pt-warn">
          This file does not say how large a pixel is. Patches cannot be classified without it.
        </span>
        <Button size="compact-xs" onClick={() => ui.setState({ dialog: { kind: "calibration" } })}>
          State µm/px
        </Button>
      </div>
    );
  }
  const selected = project.project.classes.find((c) => c.id === session.selectedClass);
  if (!labelling || !selected) return null;
  return (
    <div className="pt-hud pt-banner" role="status">
      <span className="pt-swatch" style={{ background: selected.color }} />
      <span>
        Clicks label <strong>{selected.name}</strong>
      </span>
      <Button size="compact-xs" variant="default" onClick={() => ui.setState({ labelling: false })}>
        Stop (Esc)
      </Button>
    </div>
  );
}
