// Over the slide, above its small overview: turning, full screen, and which colours are shown. Draws and dispatches.
import {
  IconLayoutColumns,
  IconMaximize,
  IconMinimize,
  IconRotate,
  IconRotateClockwise,
  IconRuler2,
} from "@tabler/icons-react";
import { useSyncExternalStore } from "react";
import type { TileColours } from "../viewer/slide-tile-source.ts";
import { turnWords } from "../viewer/turn.ts";
import { type Plain, say } from "../words/say.ts";
import { useApp, useUi } from "./app-context.ts";
import { canFillScreen, toggleFullScreen, useFullScreen } from "./full-screen.ts";
import { turnBy } from "./stage.ts";
import type { Colours } from "./use-colours.ts";

export function ViewTools({ colours }: Readonly<{ colours: Colours }>) {
  const { stage, context, ui } = useApp();
  const ruler = useUi((s) => s.ruler !== null);
  const split = useUi((s) => s.split);
  const toggleRuler = (): void =>
    ui.setState({ ruler: ruler ? null : { from: null, to: null }, measuring: null, drawing: null, labelling: false });
  const turned = useSyncExternalStore(stage.subscribe, () => stage.view?.turned ?? null);
  const full = useFullScreen();
  if (turned === null) return null;
  const words = turnWords(turned);
  const screen = full ? say("Leave full screen (F)") : say("Full screen (F)");
  return (
    <fieldset className="pt-hud pt-view-tools" aria-label={say("View")}>
      {words && (
        <div className="pt-view-row pt-turned">
          <output data-testid="turned">{words}</output>
          <span className="pt-space" />
          <button type="button" data-testid="upright" onClick={() => stage.viewer?.turnTo(0)}>
            {say("Upright again")}
          </button>
        </div>
      )}
      <div className="pt-view-row">
        <button type="button" title={say("Turn left by 90° (Shift R)")} onClick={() => turnBy(stage, -90)}>
          <IconRotate size={16} aria-label={say("Turn left")} />
        </button>
        <button type="button" title={say("Turn right by 90° (R)")} onClick={() => turnBy(stage, 90)}>
          <IconRotateClockwise size={16} aria-label={say("Turn right")} />
        </button>
        <button
          type="button"
          title={say("Ruler: a length, nothing is kept (L)")}
          aria-pressed={ruler}
          onClick={toggleRuler}
        >
          <IconRuler2 size={16} aria-label={say("Ruler")} />
        </button>
        <button
          type="button"
          title={say("Two prompt sets side by side on the map (V)")}
          aria-pressed={split}
          onClick={() => ui.setState({ split: !split })}
        >
          <IconLayoutColumns size={16} aria-label={say("Two prompt sets side by side")} />
        </button>
        <span className="pt-space" />
        {canFillScreen() && (
          <button type="button" title={screen} onClick={() => void toggleFullScreen(context.session)}>
            {full ? <IconMinimize size={16} aria-label={screen} /> : <IconMaximize size={16} aria-label={screen} />}
          </button>
        )}
      </div>
      <ColourChoice colours={colours} />
    </fieldset>
  );
}

const choices: readonly (readonly [TileColours, Plain, Plain])[] = [
  ["stored", "as stored", "The numbers in the file, as the models see them."],
  [
    "profile",
    "by profile",
    "Through the slide's colour profile, as its scanner means them. On the slide view only: small pictures, and everything a model sees, stay as stored.",
  ],
];

function ColourChoice({ colours: { profile, shown } }: Readonly<{ colours: Colours }>) {
  const { ui } = useApp();
  switch (profile) {
    case "unknown":
    case "none":
      return null;
    case "unusable":
      return (
        <div className="pt-view-row pt-view-colours" data-testid="colours" data-shown={shown}>
          <span title={say("The colour profile of this slide cannot be applied.")}>{say("Colours: as stored")}</span>
        </div>
      );
    case "usable":
      return (
        <fieldset className="pt-view-row pt-view-colours" data-testid="colours" data-shown={shown}>
          <legend>{say("Colours shown")}</legend>
          {choices.map(([colours, words, title]) => (
            <button
              key={colours}
              type="button"
              title={say(title)}
              aria-pressed={shown === colours}
              onClick={() => ui.setState({ colours })}
            >
              {say(words)}
            </button>
          ))}
        </fieldset>
      );
    default:
      return profile satisfies never;
  }
}
