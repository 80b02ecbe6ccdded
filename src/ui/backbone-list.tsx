// The backbones there are in this browser as a list of which one is used: the embedded one, and the person's own.
import { Menu } from "@mantine/core";
import { removeModel, useEmbeddedModel, useModel } from "../state/actions/models.ts";
import type { OwnModel } from "../state/session-store.ts";
import { type Plain, say } from "../words/say.ts";
import { useAppState, usePerform } from "./app-context.ts";
import { ChoiceRow } from "./choice-row.tsx";
import { MoreMenu } from "./more-menu.tsx";
import { bytesWords } from "./words.ts";

export function BackboneList() {
  const state = useAppState();
  const perform = usePerform();
  const { activeModel, ownModels } = state.session;
  const embedded = activeModel === null;
  return (
    <div role="radiogroup" aria-label={say("Which backbone is used")} data-testid="backbones" style={{ marginTop: 4 }}>
      <ChoiceRow
        list="backbone"
        on={embedded}
        name={say("Embedded backbone")}
        detail={say("comes with the app")}
        offer={embedded ? true : useEmbeddedModel.enabled(state, undefined)}
        onChoose={() => perform(useEmbeddedModel)}
      />
      {ownModels.map((own) => (
        <Own key={own.model.id} own={own} on={activeModel === own.model.id} />
      ))}
    </div>
  );
}

const keptWords = {
  yes: "kept here",
  "being-kept": "being kept…",
  no: "not kept: give it again next time",
} as const satisfies Record<string, Plain>;

function Own({ own: { model, kept }, on }: Readonly<{ own: OwnModel; on: boolean }>) {
  const state = useAppState();
  const perform = usePerform();
  const removable = removeModel.enabled(state, { id: model.id });
  return (
    <ChoiceRow
      list="backbone"
      on={on}
      name={model.name}
      detail={`${bytesWords(model.bytes)} · ${say(keptWords[kept])}`}
      offer={on ? true : useModel.enabled(state, { id: model.id })}
      onChoose={() => perform(useModel, { id: model.id })}
      menu={
        <MoreMenu about={model.name}>
          <Menu.Item
            color="red"
            aria-disabled={removable !== true}
            {...(removable !== true && { title: removable })}
            onClick={() => perform(removeModel, { id: model.id })}
          >
            {say("Remove from this browser")}
          </Menu.Item>
        </MoreMenu>
      }
    />
  );
}
