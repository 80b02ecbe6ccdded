// What a tuning starts from: the labels alone, or prompts that were learned without them. There once such a set is known.
import { NativeSelect } from "@mantine/core";
import type { PromptSetSummary } from "../domain/prompt-set.ts";
import { waitsForLabels } from "../domain/prompt-set-file.ts";
import type { AppState } from "../state/action.ts";
import { startFrom } from "../state/actions/learning.ts";
import { allSets, setOffer, startingSet, startSets } from "../state/selectors.ts";
import { say } from "../words/say.ts";
import { useAppState, usePerform } from "./app-context.ts";

/** Names of slides are shown on this machine only: the set itself does not hold them. */
export function learnedSlides({ project }: AppState, { metadata }: PromptSetSummary): string {
  const names = (metadata.learned?.slides ?? []).flatMap((id) => project.project.slides.get(id)?.name ?? []);
  return names.join(", ");
}

export function StartFrom() {
  const state = useAppState();
  const perform = usePerform();
  const sets = startSets(state);
  const from = startingSet(state);
  const others = allSets(state).filter((set) => waitsForLabels(set.metadata) && !sets.includes(set));
  const [other] = others;
  const why = other ? setOffer(state, other) : true;
  if (sets.length === 0) {
    return why === true ? null : (
      <p className="pt-hint" data-testid="start-from-none">
        {why}
      </p>
    );
  }
  return (
    <NativeSelect
      label={say("Start from")}
      size="xs"
      data-testid="start-from"
      value={from?.id ?? "labels"}
      data={[
        ...sets.toReversed().map((set) => {
          const slides = learnedSlides(state, set);
          return { value: set.id, label: slides ? `${set.metadata.name}: ${slides}` : set.metadata.name };
        }),
        { value: "labels", label: say("Labels only") },
      ]}
      onChange={(event) => {
        const { value } = event.currentTarget;
        const set = sets.find(({ id }) => id === value);
        perform(startFrom, { from: set ? set.id : "labels" });
      }}
    />
  );
}
