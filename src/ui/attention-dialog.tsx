// Where the model looked in one patch: under the prompts that answer beside the backbone without, what the pictures mean and do not mean.
import { Loader, Modal, Switch } from "@mantine/core";
import { useState } from "react";
import { perform } from "../state/action.ts";
import { closeAttention, showAttention } from "../state/actions/attention.ts";
import type { AttentionState } from "../state/session-store.ts";
import { say } from "../words/say.ts";
import { useApp, useAppState } from "./app-context.ts";
import { AttentionLegend, AttentionPicture } from "./attention-picture.tsx";
import { besideWords, captionWords, honestWords, readerWords } from "./attention-words.ts";
import { faultWords } from "./fault-words.ts";
import { SyntheticMark } from "./synthetic-mark.tsx";
import type { Dialog } from "./ui-store.ts";

/** `back`: what was open before, and is again afterwards. */
export function AttentionDialog({ back }: Readonly<{ back: Dialog }>) {
  const { ui, context } = useApp();
  const { attention } = useAppState().session;
  const close = (): void => {
    void perform(context, closeAttention);
    ui.setState({ dialog: back });
  };
  return (
    <Modal opened onClose={close} title={say(showAttention.title)} size={620}>
      <div className="pt-stack pt-attention" data-testid="attention" data-state={attention.kind}>
        <Body attention={attention} />
      </div>
    </Modal>
  );
}

function Body({ attention }: Readonly<{ attention: AttentionState }>) {
  switch (attention.kind) {
    case "none":
      return null;
    case "looking":
      return (
        <span className="pt-line pt-mute pt-attention-wait" role="status">
          <Loader size={16} /> {say("Following the attention through the last block…")}
        </span>
      );
    case "failed":
      return <span className="pt-warn">{faultWords(attention.fault)}</span>;
    case "shown":
      return <Shown shown={attention} />;
    default:
      return attention satisfies never;
  }
}

function Shown({ shown }: Readonly<{ shown: Extract<AttentionState, { kind: "shown" }> }>) {
  const { engine, openSlides } = useAppState().session;
  const [veiled, setVeiled] = useState(true);
  const { patch, under, frozen } = shown;
  const pictures = under
    ? ([
        ["under", under],
        ["frozen", frozen],
      ] as const)
    : ([["frozen", frozen]] as const);
  // One scale, so that two pictures are told apart by what they show.
  const most = Math.max(...pictures.flatMap(([, { patches }]) => patches));
  const captions = captionWords(shown);
  const beside = besideWords(shown);
  const heading = under && shown.by ? `${say("“{name}” answers here.", { name: shown.by.name })} ` : "";
  const drawn = openSlides.get(patch.slideId)?.info.origin === "generated";
  return (
    <>
      {engine.kind === "ready" && <p className="pt-hint">{heading + readerWords(frozen, engine.status.model.shape)}</p>}
      <div className="pt-attention-pair" data-count={pictures.length}>
        {pictures.map(([id, attention]) => (
          <AttentionPicture
            key={id}
            id={id}
            patch={patch}
            attention={attention}
            most={most}
            veiled={veiled}
            caption={captions[id]}
          />
        ))}
      </div>
      <div className="pt-attention-foot">
        <AttentionLegend most={most} even={1 / frozen.patches.length} />
        <Switch
          size="xs"
          label={say("Show attention")}
          checked={veiled}
          onChange={(event) => setVeiled(event.currentTarget.checked)}
          data-testid="attention-veil"
        />
      </div>
      <p className="pt-attention-honest">
        {honestWords(frozen.reads)} {beside}
      </p>
      {drawn && <SyntheticMark />}
    </>
  );
}
