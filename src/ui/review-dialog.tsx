// All labels as pictures, those that whoever answers now would call otherwise first; several are chosen and changed in one step.
import { Button, Loader, Modal } from "@mantine/core";
import { type KeyboardEvent, useState } from "react";
import type { LabelId } from "../base/brand.ts";
import type { LabelOrigin } from "../domain/label.ts";
import type { LabelReview } from "../protocol/labelling-api.ts";
import { type Reviewed, relabelMany, removeMany, reviewed } from "../state/actions/review.ts";
import { labelledPatches } from "../state/selectors.ts";
import { originMix } from "../state/suggested.ts";
import { heard } from "../words/heard.ts";
import { fixed, type Plain, say } from "../words/say.ts";
import { useApp, useAppState, usePerform } from "./app-context.ts";
import { AttentionButton } from "./attention-button.tsx";
import { faultWords } from "./fault-words.ts";
import { keyWords } from "./keys.ts";
import { ReasonButton } from "./reason-button.tsx";
import { RegionImage } from "./region-image.tsx";
import { Sentence } from "./sentence.tsx";
import { noDialog } from "./ui-store.ts";

/** More pictures at once would be slow to read and slower to look at. */
const page = 60;

export function ReviewDialog() {
  const { ui, context, stage } = useApp();
  const state = useAppState();
  const perform = usePerform();
  const [chosen, setChosen] = useState<ReadonlySet<LabelId>>(new Set());
  const [from, setFrom] = useState(0);
  const { review } = state.session;
  const { classes, labels } = state.project.project;
  const close = (): void => ui.setState({ dialog: noDialog });
  const all = reviewed(state, review.kind === "shown" ? review.review : null);
  const list = all.slice(from, from + page);
  const disagree = all.filter(disagrees);
  const ids = [...chosen].filter((id) => labels.has(id));
  const only = ids.length === 1 ? ids[0] : undefined;
  const alone = (only && labelledPatches(state).find(({ labelId }) => labelId === only)?.patch) ?? null;
  const notAlone = only ? say("This label is on a slide that is not open.") : say("Choose one label first.");

  const toggle = (id: LabelId): void => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const flyTo = ({ label }: Reviewed): void => {
    if (label.slideId !== state.session.currentSlide) return;
    close();
    stage.viewer?.flyTo(label.region);
  };
  const onKey = (event: KeyboardEvent): void => {
    const digit = /^\d$/.test(event.key) && !event.ctrlKey ? Number(event.key) : null;
    const wanted = classes.find((c) => digit !== null && c.key === digit);
    if (wanted && ids.length > 0) perform(relabelMany, { ids, classId: wanted.id });
    else if (event.key === "Delete" && ids.length > 0) perform(removeMany, { ids });
    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      if (event.shiftKey) context.project.redo();
      else context.project.undo();
    } else return;
    event.preventDefault();
  };

  return (
    <Modal opened onClose={close} title={say("All labels")} size="min(1080px, 94vw)" onKeyDown={onKey}>
      <div className="pt-stack" data-testid="review">
        <Said />
        <div className="pt-line" style={{ flexWrap: "wrap" }}>
          {disagree.length > 0 ? (
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => setChosen(new Set(disagree.map(({ label }) => label.id)))}
            >
              {say("Choose the {disagree} that disagree", { disagree: disagree.length })}
            </Button>
          ) : (
            all.some(({ called }) => called !== null) && <span className="pt-mute">{say("None disagrees.")}</span>
          )}
          <Button size="compact-xs" variant="default" onClick={() => setChosen(new Set())}>
            {say("Choose none")}
          </Button>
          <span className="pt-space" />
          <span className="pt-mute">{say("{ids} chosen:", { ids: ids.length })}</span>
          {classes.slice(0, 10).map((c) => (
            <ReasonButton
              key={c.id}
              size="compact-xs"
              variant="default"
              enabled={ids.length > 0 || say("Choose labels first.")}
              onClick={() => perform(relabelMany, { ids, classId: c.id })}
            >
              <span className="pt-swatch" style={{ background: c.color, marginRight: 5 }} />
              {c.name}
            </ReasonButton>
          ))}
          <ReasonButton
            size="compact-xs"
            variant="light"
            color="red"
            enabled={ids.length > 0 || say("Choose labels first.")}
            onClick={() => perform(removeMany, { ids })}
          >
            {say("Remove")}
          </ReasonButton>
        </div>
        <div className="pt-review" role="listbox" aria-multiselectable="true" aria-label={say("Labels")}>
          {list.map((one) => (
            <div
              key={one.label.id}
              className="pt-place"
              role="option"
              tabIndex={0}
              aria-selected={chosen.has(one.label.id)}
              data-testid="reviewed"
              onClick={() => toggle(one.label.id)}
              onDoubleClick={() => flyTo(one)}
              onKeyDown={(event) => {
                if (event.key === " ") toggle(one.label.id);
                else if (event.key === "Enter") flyTo(one);
                else return;
                event.preventDefault();
              }}
            >
              <Face one={one} />
            </div>
          ))}
        </div>
        <div className="pt-line">
          <span className="pt-hint">
            <Sentence
              text="Click or {space} chooses, number keys relabel what is chosen, {delete} removes, {enter} goes there. Undo takes a step back."
              parts={{
                space: <kbd className="pt-kbd">{keyWords("Space")}</kbd>,
                delete: <kbd className="pt-kbd">{keyWords("Delete")}</kbd>,
                enter: <kbd className="pt-kbd">{keyWords("Enter")}</kbd>,
              }}
            />
          </span>
          <span className="pt-space" />
          <AttentionButton patch={alone} lacking={alone ? null : notAlone} back={{ kind: "review" }} />
          {all.length > page && (
            <>
              <span className="pt-mute pt-small">
                {say("{from} to {to} of {all}", {
                  from: from + 1,
                  to: Math.min(from + page, all.length),
                  all: all.length,
                })}
              </span>
              <Button
                size="compact-xs"
                variant="default"
                disabled={from === 0}
                onClick={() => setFrom(Math.max(0, from - page))}
              >
                {say("Before")}
              </Button>
              <Button
                size="compact-xs"
                variant="default"
                disabled={from + page >= all.length}
                onClick={() => setFrom(from + page)}
              >
                {say("After")}
              </Button>
            </>
          )}
        </div>
      </div>
    </Modal>
  );
}

const disagrees = ({ label, called }: Reviewed): boolean => called !== null && called.classId !== label.classId;

const howWords: Readonly<Record<LabelReview["how"], Plain>> = {
  "left-out": "each label by all the others, never by itself",
  trained: "it was trained on these labels, so agreement says little; disagreement is worth a look",
  "by-all": "by all labels together, its own among them: too many to leave each out",
};

function Said() {
  const state = useAppState();
  const { review } = state.session;
  const mix = originMix(state.project.project.labels.values());
  const from = [
    say("{own} of your own choice", { own: mix.own }),
    ...(mix.fromSuggestions > 0
      ? [say("{fromSuggestions} from suggestions", { fromSuggestions: mix.fromSuggestions })]
      : []),
    ...(mix.ready > 0 ? [say("{ready} ready labels", { ready: mix.ready })] : []),
  ].join(", ");
  if (review.kind === "looking") {
    return (
      <span className="pt-line pt-mute" role="status">
        <Loader size={14} /> {say("Scoring the labels, {done} of {total}…", { done: review.done, total: review.total })}
      </span>
    );
  }
  if (review.kind === "failed") return <span className="pt-warn">{faultWords(review.fault)}</span>;
  return (
    <span className="pt-mute" data-testid="review-said">
      {from}.{" "}
      {review.kind === "shown" &&
        say("Sorted by how little {by} gives to the label's class: {how}.", {
          by: heard(review.by),
          how: say(howWords[review.review.how]),
        })}
    </span>
  );
}

function Face({ one: { label, called, disagreement } }: Readonly<{ one: Reviewed }>) {
  const state = useAppState();
  const own = state.project.project.classes.find((c) => c.id === label.classId);
  const open = state.session.openSlides.has(label.slideId);
  const wrong = called !== null && called.classId !== label.classId;
  return (
    <>
      {open ? (
        <RegionImage slideId={label.slideId} region={label.region} size={96} label={own?.name ?? say("Label")} />
      ) : (
        <span className="pt-mute">{say("slide not open")}</span>
      )}
      <span className="pt-line" style={{ gap: 5 }}>
        <span className="pt-swatch" style={{ background: own?.color ?? "#6b7280" }} />
        <span className="pt-cut">{own?.name ?? say("Removed class")}</span>
      </span>
      <span className={wrong ? "pt-cut pt-disagrees" : "pt-cut pt-mute"}>
        {called
          ? `${wrong ? `${say("called")} ${called.name}` : say("agrees")} ${fixed(called.score, 2)}`
          : saidNothing(disagreement)}
      </span>
      {label.origin !== "free" && <span className="pt-mute">{say(originWords[label.origin])}</span>}
    </>
  );
}

const originWords: Readonly<Record<Exclude<LabelOrigin, "free">, Plain>> = {
  suggested: "suggested",
  accepted: "accepted",
  imported: "imported",
  ready: "ready",
  checked: "of a blind check",
};

const saidNothing = (disagreement: number | null): string => (disagreement === null ? say("nothing said") : "");
