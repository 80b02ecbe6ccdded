// Asked before labels that only tested become labels that tune: what is given up by it.
import { Button, Modal } from "@mantine/core";
import type { MapCheckId } from "../domain/map-check.ts";
import { releaseCheck } from "../state/actions/map-check.ts";
import { say } from "../words/say.ts";
import { useApp, useAppState, usePerform } from "./app-context.ts";
import { noDialog } from "./ui-store.ts";

export function ReleaseCheckDialog({ id }: Readonly<{ id: MapCheckId }>) {
  const { ui } = useApp();
  const state = useAppState();
  const perform = usePerform();
  const close = (): void => ui.setState({ dialog: noDialog });
  const check = state.project.project.checks.get(id);
  const enabled = releaseCheck.enabled(state, { id });
  const count = check?.answers.filter((answer) => answer?.kind === "class").length ?? 0;
  return (
    <Modal opened onClose={close} title={say("Release these labels for tuning?")}>
      <div className="pt-stack" data-testid="release-check-dialog">
        <p style={{ margin: 0 }}>
          {say(
            "{count} patches you named blind become labels like any other: the preview follows them at once and the next tuning learns from them. They can test nothing that is made from then on. A set that has learned them cannot forget them.",
            { count },
          )}
        </p>
        <p className="pt-hint">
          {say(
            "The figures of this check stay true of the map it was drawn for. To test a new set, check its map again: other patches are drawn.",
          )}
        </p>
        {enabled !== true && <p className="pt-hint pt-warn">{enabled}</p>}
        <div className="pt-line">
          <span className="pt-space" />
          <Button variant="default" data-autofocus onClick={close}>
            {say("Keep them for testing")}
          </Button>
          <Button
            disabled={enabled !== true}
            data-testid="release-check"
            onClick={() => {
              close();
              perform(releaseCheck, { id });
            }}
          >
            {say("Release {count} labels", { count })}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
