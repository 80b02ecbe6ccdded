// Prompt sets as a list of which one answers. The frozen backbone is one of the rows, never hidden.
import { ActionIcon, Menu, Tooltip } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { learnedWords } from "../domain/answer-words.ts";
import { declaredWords } from "../domain/declare-prompt-set.ts";
import { wholePercent } from "../domain/estimate-words.ts";
import type { PromptHead, PromptSetSummary } from "../domain/prompt-set.ts";
import { waitsForLabels } from "../domain/prompt-set-file.ts";
import { activatePromptSet, exportPromptSet, removePromptSet } from "../state/actions/prompt-sets.ts";
import { activeSetHere, allSets, setOffer } from "../state/selectors.ts";
import { numeral, say } from "../words/say.ts";
import { useApp, useAppState, usePerform, useSession } from "./app-context.ts";
import { ChoiceRow } from "./choice-row.tsx";
import { MoreMenu } from "./more-menu.tsx";
import { Sentence } from "./sentence.tsx";
import { bytesWords } from "./words.ts";

export function PromptSetPanel() {
  const state = useAppState();
  const { host } = useApp();
  const perform = usePerform();
  const active = activeSetHere(state);
  const sets = allSets(state);
  const frozen = active?.metadata.estimate;
  return (
    <section className="pt-section" aria-label={say("Prompt sets")}>
      <h2>
        {say("Prompt sets")}
        <Tooltip
          label={say("Load a prompt set (.safetensors, or a promptstate .pth); dropping it on the page works too")}
        >
          <ActionIcon
            size="sm"
            variant="subtle"
            color="gray"
            aria-label={say("Load a prompt set")}
            onClick={host.pickPromptSet}
          >
            <IconUpload size={15} />
          </ActionIcon>
        </Tooltip>
      </h2>
      <div role="radiogroup" aria-label={say("Which prompt set answers")} data-testid="prompt-sets">
        {sets.map((set) => (
          <SetRow key={set.id} set={set} on={active?.id === set.id} offer={setOffer(state, set)} />
        ))}
        <ChoiceRow
          list="prompt-set"
          on={active === null}
          offer={true}
          onChoose={() => perform(activatePromptSet, { id: null })}
          name={say("No prompts (frozen)")}
          detail={say("centroids of your labels")}
          figure={frozen?.kind === "figure" ? percent(frozen.frozen.balancedAccuracy) : "–"}
        />
      </div>
      {sets.length > 0 && (
        <p className="pt-hint" style={{ padding: "4px 6px" }}>
          {say("Figures are balanced accuracy on held-out labels.")}{" "}
          <Sentence text="{key} blinks between the last two." parts={{ key: <kbd className="pt-kbd">B</kbd> }} />
        </p>
      )}
    </section>
  );
}

const declaredFrom = (head: PromptHead["kind"]): string =>
  head === "none" ? say("no head: answers by your labels") : say("its own head");

const percent = (share: number): string => `${wholePercent(share)} %`;

function SetRow({ set, on, offer }: Readonly<{ set: PromptSetSummary; on: boolean; offer: true | string }>) {
  const { metadata } = set;
  const { context, ui } = useApp();
  const here = useSession(({ currentSlide }) => currentSlide);
  const perform = usePerform();
  const own = context.project.getState().project.promptSets.has(set.id);
  const estimate = metadata.estimate;
  const marked = metadata.declared ? `${say(declaredWords)} · ` : "";
  const numbers = say("{trainedParameters} numbers", { trainedParameters: numeral(set.trainedParameters) });
  const { learned } = metadata;
  const labels = say("{count} labels, {classes} classes", {
    count: metadata.labels.count,
    classes: metadata.classes.length,
  });
  const from = metadata.declared
    ? declaredFrom(metadata.head.kind)
    : learned
      ? [
          ...(waitsForLabels(metadata) ? [learnedWords(learned)] : [labels, say("prompts learned without labels")]),
          // What is judged on this slide was seen when the prompts were learned.
          ...(here !== null && learned.slides.includes(here) ? [say("transductive here")] : []),
        ].join(" · ")
      : own
        ? labels
        : say("comes with the app");
  return (
    <ChoiceRow
      list="prompt-set"
      on={on}
      offer={offer}
      onChoose={() => perform(activatePromptSet, { id: set.id })}
      name={metadata.name}
      detail={offer === true ? `${marked}${bytesWords(set.bytes)} · ${numbers} · ${from}` : `${marked}${offer}`}
      figure={estimate?.kind === "figure" ? percent(estimate.tuned.balancedAccuracy) : "–"}
      menu={
        <MoreMenu about={metadata.name}>
          <Menu.Item onClick={() => ui.setState({ dialog: { kind: "prompt-card", id: set.id } })}>
            {say("Card…")}
          </Menu.Item>
          <Menu.Item onClick={() => perform(exportPromptSet, { id: set.id })}>{say("Save as a file")}</Menu.Item>
          <Menu.Item onClick={() => perform(exportPromptSet, { id: set.id, format: "npz" })}>
            {say("Save as .npz (numpy)")}
          </Menu.Item>
          <Menu.Item color="red" onClick={() => perform(removePromptSet, { id: set.id })}>
            {say("Remove")}
          </Menu.Item>
        </MoreMenu>
      }
    />
  );
}
