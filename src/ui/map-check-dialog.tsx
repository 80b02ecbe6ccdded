// One drawn patch after another, blind: the tissue and what is around it, no answer, no map, no colour of a class. One key each.
import { Button, Modal, Progress } from "@mantine/core";
import { useEffect } from "react";
import type { Region } from "../domain/geometry.ts";
import { checkCounts, type MapCheck, type MapCheckId, nextDraw } from "../domain/map-check.ts";
import { stateOf } from "../state/action.ts";
import { undo } from "../state/actions/history.ts";
import { answerCheck, finishCheck, skipCheck } from "../state/actions/map-check.ts";
import { canWrite } from "../state/selectors.ts";
import { say } from "../words/say.ts";
import { type App, useApp, useAppState, usePerform } from "./app-context.ts";
import { keyWords } from "./keys.ts";
import { answerWords, choiceKeys, progressWords } from "./map-check-words.ts";
import { RegionImage } from "./region-image.tsx";
import { SyntheticMark } from "./synthetic-mark.tsx";
import { noDialog } from "./ui-store.ts";

/** How many patch widths of the surroundings are shown. */
const around = 3;

export function MapCheckDialog({ id }: Readonly<{ id: MapCheckId }>) {
  const { ui } = useApp();
  const check = useAppState().project.project.checks.get(id);
  const close = (): void => ui.setState({ dialog: noDialog });
  const over = !check || check.finished;
  useEffect(() => {
    if (over) ui.setState({ dialog: noDialog });
  }, [over, ui]);
  if (!check || over) return null;
  return (
    <Modal
      opened
      fullScreen
      onClose={close}
      title={say("What is this tissue?")}
      closeButtonProps={{ "aria-label": say("Leave; go on later") }}
    >
      <Looking check={check} />
    </Modal>
  );
}

/** Ctrl+Z takes back answers of this check and nothing that was done before it. */
function undoAnswer({ context }: App, { id }: MapCheck): void {
  const last = context.project.getState().undo.at(-1);
  const mine = last?.events.some((event) => event.type === "check-answer/put" && event.id === id) ?? false;
  if (mine && undo.enabled(stateOf(context), undefined) === true) void undo.run(context, undefined);
}

function Looking({ check }: Readonly<{ check: MapCheck }>) {
  const app = useApp();
  const state = useAppState();
  const perform = usePerform();
  const { id, choices, draws, answers } = check;
  const at = nextDraw(check);
  const draw = at === null ? undefined : draws[at];
  const keys = choiceKeys(choices);
  const again = at !== null && answers[at]?.kind === "skipped";
  const slide = state.session.openSlides.get(check.slideId);
  const write = canWrite(state);

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const key = event.key.toLowerCase();
      const control = event.ctrlKey || event.metaKey;
      // A key held down would answer for patches nobody looked at.
      if (event.repeat || event.altKey) return;
      if ((control && key === "z") || key === "backspace") undoAnswer(app, check);
      else if (control || at === null) return;
      else if (keys.includes(key))
        perform(answerCheck, { id, at, answer: { kind: "class", choice: keys.indexOf(key) } });
      else if (key === "n") perform(answerCheck, { id, at, answer: { kind: "none-of-these" } });
      else if (key === "u") perform(answerCheck, { id, at, answer: { kind: "unsure" } });
      else if (key === "s") perform(skipCheck, { id, at });
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", onKey, true);
    return () => window.removeEventListener("keydown", onKey, true);
  });

  if (!draw || at === null) return null;
  if (!slide) {
    return <p>{say("The slide of this check is not open. Leave, open it again, and go on.")}</p>;
  }
  const last = lastAnswered(app, check);
  const finish = finishCheck.enabled(state, { id });
  const { judged, unsure } = checkCounts(check);
  return (
    <div className="pt-check" data-testid="map-check" data-at={at}>
      <Progress value={(100 * (judged + unsure)) / draws.length} size="sm" aria-label={say("Patches looked at")} />
      <div className="pt-line pt-small pt-mute" style={{ justifyContent: "space-between" }}>
        <span data-testid="map-check-progress">{progressWords(check)}</span>
        <span aria-live="polite" data-testid="map-check-last">
          {last}
        </span>
      </div>
      {slide.info.origin === "generated" && <SyntheticMark />}
      {write !== true && <p className="pt-hint pt-warn">{write}</p>}
      <div className="pt-check-pictures">
        <figure>
          <RegionImage
            key={`patch ${at}`}
            slideId={check.slideId}
            region={draw.region}
            size={420}
            fill
            label={say("The patch to name")}
          />
          <figcaption>{say("The patch. Say what fills most of it.")}</figcaption>
        </figure>
        <figure>
          <div className="pt-check-around">
            <RegionImage
              key={`around ${at}`}
              slideId={check.slideId}
              region={widened(draw.region)}
              size={420}
              fill
              label={say("What is around it")}
            />
            <i style={{ inset: `${(100 * (1 - 1 / around)) / 2}%` }} />
          </div>
          <figcaption>{say("What is around it; the patch is in the frame.")}</figcaption>
        </figure>
      </div>
      <fieldset className="pt-check-keys" aria-label={say("What this patch is")}>
        {choices.map((c, i) => (
          <Button
            key={c.id}
            variant="default"
            data-testid="map-check-class"
            onClick={() => perform(answerCheck, { id, at, answer: { kind: "class", choice: i } })}
            leftSection={keys[i] !== null && <kbd className="pt-kbd">{keys[i]}</kbd>}
          >
            {c.name}
          </Button>
        ))}
        <Key letter="N" onClick={() => perform(answerCheck, { id, at, answer: { kind: "none-of-these" } })}>
          {say("None of these")}
        </Key>
        <Key letter="U" onClick={() => perform(answerCheck, { id, at, answer: { kind: "unsure" } })}>
          {say("Unsure")}
        </Key>
        <Key letter="S" onClick={() => perform(skipCheck, { id, at })}>
          {again ? say("Later still") : say("Later")}
        </Key>
        <Key letter="Ctrl Z" onClick={() => undoAnswer(app, check)}>
          {say("Take back")}
        </Key>
        {finish === true && (
          <Button variant="light" data-testid="map-check-finish" onClick={() => perform(finishCheck, { id })}>
            {say("Finish without the patches put off")}
          </Button>
        )}
      </fieldset>
      <p className="pt-hint">
        {say(
          "Neither the map's answer nor any colour is shown, and the order tells nothing. No other patch is drawn in the place of one that is unsure or put off for good: they are left out, and the result says what it would be if all of them were wrong, and if all were right. Figures come with the last patch. You can leave (Esc) and go on later, also after a reload.",
        )}
      </p>
    </div>
  );
}

function Key({ letter, onClick, children }: Readonly<{ letter: string; onClick: () => void; children: string }>) {
  return (
    <Button
      variant="subtle"
      color="gray"
      onClick={onClick}
      leftSection={<kbd className="pt-kbd">{keyWords(letter)}</kbd>}
    >
      {children}
    </Button>
  );
}

const widened = ({ x, y, width, height }: Region): Region => ({
  x: x - (width * (around - 1)) / 2,
  y: y - (height * (around - 1)) / 2,
  width: width * around,
  height: height * around,
});

/** "Patch 3: Tumour", of the answer that taking back would take back. */
function lastAnswered({ context }: App, check: MapCheck): string {
  const last = context.project
    .getState()
    .undo.at(-1)
    ?.events.find((event) => event.type === "check-answer/put");
  if (last?.type !== "check-answer/put" || last.id !== check.id) return "";
  const answer = check.answers[last.at];
  return answer ? say("Last: {answer}", { answer: answerWords(check, answer) }) : "";
}
