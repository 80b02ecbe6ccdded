// The list of open models, or the question about one of them. The list ships with the app: showing it asks nobody.
import { Modal } from "@mantine/core";
import { hubModel, hubModels } from "../domain/hub-models.ts";
import { say } from "../words/say.ts";
import { useApp } from "./app-context.ts";
import { HubCard } from "./hub-card.tsx";
import { HubConfirm } from "./hub-confirm.tsx";
import { HubMirror } from "./hub-mirror.tsx";
import { type Dialog, noDialog } from "./ui-store.ts";

export function HubDialog({ dialog }: Readonly<{ dialog: Extract<Dialog, { kind: "open-models" }> }>) {
  const { ui } = useApp();
  const { at, asks } = dialog;
  const model = asks && at !== null ? hubModel(at) : null;
  const close = (): void => ui.setState({ dialog: noDialog });
  return (
    <Modal
      opened
      onClose={close}
      title={model ? say("Download {name}?", { name: model.name }) : say("Open models")}
      size={model ? 640 : 860}
      padding="md"
      yOffset="2dvh"
    >
      {model ? <HubConfirm key={model.id} model={model} /> : <List at={at} />}
    </Modal>
  );
}

function List({ at }: Readonly<{ at: string | null }>) {
  return (
    <div className="pt-stack" data-testid="hub-list">
      <p className="pt-hint">
        {say(
          "Published backbones this app can read, with what is known of them. Nothing is asked of any server before you press Download and agree to it. A download is checked, kept in this browser, and loaded through the same form as your own files: what nobody states is asked there.",
        )}
      </p>
      <ul className="pt-hub-list">
        {hubModels.map((model) => (
          <li key={model.id}>
            <HubCard model={model} here={model.id === at} />
          </li>
        ))}
      </ul>
      <p className="pt-hint">
        {say(
          "Left out: Midnight, H-optimus, Virchow and UNI2-h are too large for a browser; GPFM, PathoDuet and PuzzleTuning are published as PyTorch files, which can hold programs: convert them to safetensors and bring those.",
        )}
      </p>
      <HubMirror />
    </div>
  );
}
