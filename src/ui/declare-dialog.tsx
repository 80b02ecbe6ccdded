// A prompt file of others says neither its backbone nor how pixels were normalised: the person does, seeing what they declare.
import { Button, Checkbox, Modal } from "@mantine/core";
import { useState } from "react";
import { declaredWords } from "../domain/declare-prompt-set.ts";
import type { Normalisation } from "../domain/model.ts";
import type { LocalFile } from "../protocol/call.ts";
import { declarePromptSet } from "../state/actions/prompt-sets.ts";
import { say } from "../words/say.ts";
import { useApp, useAppState, usePerform } from "./app-context.ts";
import { noDialog } from "./ui-store.ts";

const largest = 256e6;

export function DeclareDialog({ file }: Readonly<{ file: LocalFile }>) {
  const { ui } = useApp();
  const { engine } = useAppState().session;
  const perform = usePerform();
  const [sure, setSure] = useState(false);
  const close = (): void => ui.setState({ dialog: noDialog });
  const load = async (): Promise<void> => {
    if (engine.kind !== "ready") return;
    const { weightsDigest } = engine.status;
    const bytes = new Uint8Array(await file.slice(0, file.size).arrayBuffer());
    close();
    perform(declarePromptSet, { name: file.name, bytes, weightsDigest });
  };
  return (
    <Modal opened onClose={close} title={say("Which backbone are these prompts for?")}>
      <div className="pt-stack" data-testid="declare-dialog">
        <p style={{ margin: 0 }}>
          {say(
            "“{name}” holds prompts but does not say for which backbone they were made, nor how its pixels were normalised. With another one they answer nonsense, and nothing can notice.",
            { name: file.name },
          )}
        </p>
        {engine.kind === "ready" ? (
          <dl className="pt-facts">
            <dt>{say("Backbone")}</dt>
            <dd>{engine.status.model.name}</dd>
            <dt>{say("Normalisation")}</dt>
            <dd>{normalisationWords(engine.status.model.normalisation)}</dd>
          </dl>
        ) : (
          <p className="pt-hint pt-warn">
            {say("No backbone is loaded yet. Load the one these prompts were made for first.")}
          </p>
        )}
        {file.size > largest && <p className="pt-hint pt-warn">{say("This file is too large for prompts.")}</p>}
        <Checkbox
          label={say("They were made for this backbone, with this normalisation")}
          description={say("The set stays marked “{declaredWords}”.", { declaredWords: say(declaredWords) })}
          checked={sure}
          data-testid="declare-sure"
          onChange={(event) => setSure(event.currentTarget.checked)}
        />
        <div className="pt-line">
          <span className="pt-space" />
          <Button variant="default" onClick={close}>
            {say("Do not load")}
          </Button>
          <Button
            data-testid="declare-load"
            disabled={!sure || engine.kind !== "ready" || file.size > largest}
            onClick={() => void load()}
          >
            {say("Load as declared")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

function normalisationWords({ mean, std }: Normalisation): string {
  const plain = mean.every((x) => x === 0) && std.every((x) => x === 1);
  return plain ? say("none (0 to 1)") : say("mean {mean}; std {std}", { mean: mean.join(", "), std: std.join(", ") });
}
