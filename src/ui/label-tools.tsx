// Below the classes: ways to label better (suggestions, review) and what would make the labels better.
import { ActionIcon, Tooltip } from "@mantine/core";
import { IconBrush, IconRectangle } from "@tabler/icons-react";
import { type ReactNode, useMemo } from "react";
import { ownClasses } from "../domain/other-class.ts";
import { reviewLabels } from "../state/actions/review.ts";
import { suggest } from "../state/actions/suggest.ts";
import { labelHints } from "../state/label-hints.ts";
import { originMix } from "../state/suggested.ts";
import { say } from "../words/say.ts";
import { useApp, useAppState, usePerform, useUi } from "./app-context.ts";
import { ReasonButton } from "./reason-button.tsx";

export function LabelTools() {
  const state = useAppState();
  const { ui } = useApp();
  const perform = usePerform();
  const { classes, labels } = state.project.project;
  const language = useUi((state) => state.language);
  const hints = useMemo(() => labelHints(classes, labels.values()), [classes, labels, language]);
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
          hint={say("Patches worth a label: unsure ones and new ones (N)")}
          onClick={() => perform(suggest)}
        >
          {say("Suggest")}
        </ReasonButton>
        <ReasonButton
          size="compact-sm"
          variant="default"
          enabled={reviewLabels.enabled(state, undefined)}
          testId="review-labels"
          hint={say("All labels, those that disagree first (G)")}
          onClick={() => {
            ui.setState({ dialog: { kind: "review" } });
            perform(reviewLabels);
          }}
        >
          {say("Review")}
        </ReasonButton>
      </div>
      <div className="pt-line pt-tools">
        <span className="pt-mute pt-small">{say("Label many")}</span>
        <PaintButton
          kind="brush"
          words={say("Paint: every patch under the stroke (P)")}
          icon={<IconBrush size={15} />}
        />
        <PaintButton kind="rectangle" words={say("Box: every patch inside (X)")} icon={<IconRectangle size={15} />} />
      </div>
      {hints.slice(0, 2).map((hint) => (
        <p key={hint} className="pt-hint" data-testid="label-hint">
          {hint}
        </p>
      ))}
      {mix.fromSuggestions + mix.ready > 0 && (
        <p className="pt-hint" data-testid="label-mix">
          {[
            ...(mix.fromSuggestions > 0
              ? [say("{fromSuggestions} from suggestions", { fromSuggestions: mix.fromSuggestions })]
              : []),
            ...(mix.ready > 0 ? [say("{ready} ready labels", { ready: mix.ready })] : []),
          ].join(", ")}
          {mix.own > 0 ? say(", {own} of your own choice.", { own: mix.own }) : "."}
        </p>
      )}
    </div>
  );
}

type PaintProps = Readonly<{ kind: "brush" | "rectangle"; words: string; icon: ReactNode }>;

function PaintButton({ kind, words, icon }: PaintProps) {
  const { ui } = useApp();
  const on = useUi((s) => s.drawing?.purpose === "label" && s.drawing.kind === kind);
  return (
    <Tooltip label={words}>
      <ActionIcon
        variant={on ? "filled" : "default"}
        aria-label={words}
        aria-pressed={on}
        data-testid={`paint-${kind}`}
        onClick={() =>
          ui.setState({
            drawing: on ? null : { kind, purpose: "label", radiusUm: 120 },
            labelling: false,
            measuring: null,
            ruler: null,
          })
        }
      >
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}
