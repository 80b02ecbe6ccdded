// Below the classes: ways to label better (suggestions, review) and what would make the labels better.
import { useMemo } from "react";
import { ownClasses } from "../domain/other-class.ts";
import { reviewLabels } from "../state/actions/review.ts";
import { suggest } from "../state/actions/suggest.ts";
import { labelHints } from "../state/label-hints.ts";
import { originMix } from "../state/suggested.ts";
import { useApp, useAppState, usePerform } from "./app-context.ts";
import { ReasonButton } from "./reason-button.tsx";

export function LabelTools() {
  const state = useAppState();
  const { ui } = useApp();
  const perform = usePerform();
  const { classes, labels } = state.project.project;
  const hints = useMemo(() => labelHints(classes, labels.values()), [classes, labels]);
  const mix = useMemo(() => originMix(labels.values()), [labels]);
  if (ownClasses(classes).length === 0) return null;
  return (
    <div className="pt-field">
      <div className="pt-two">
        <ReasonButton
          size="compact-sm"
          variant="light"
          enabled={suggest.enabled(state, undefined)}
          testId="suggest"
          hint="Patches worth a label: unsure ones and new ones (S)"
          onClick={() => perform(suggest)}
        >
          Suggest
        </ReasonButton>
        <ReasonButton
          size="compact-sm"
          variant="default"
          enabled={reviewLabels.enabled(state, undefined)}
          testId="review-labels"
          hint="All labels, those that disagree first (G)"
          onClick={() => {
            ui.setState({ dialog: { kind: "review" } });
            perform(reviewLabels);
          }}
        >
          Review
        </ReasonButton>
      </div>
      {hints.slice(0, 2).map((hint) => (
        <p key={hint} className="pt-hint" data-testid="label-hint">
          {hint}
        </p>
      ))}
      {mix.fromSuggestions + mix.ready > 0 && (
        <p className="pt-hint" data-testid="label-mix">
          {[
            ...(mix.fromSuggestions > 0 ? [`${mix.fromSuggestions} from suggestions`] : []),
            ...(mix.ready > 0 ? [`${mix.ready} ready labels`] : []),
          ].join(", ")}
          {mix.own > 0 ? `, ${mix.own} of your own choice.` : "."}
        </p>
      )}
    </div>
  );
}
