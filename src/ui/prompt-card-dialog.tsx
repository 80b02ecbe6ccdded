// The card of one prompt set, to read and to keep beside its file.
import { Button, Modal } from "@mantine/core";
import type { PromptSetId } from "../base/brand.ts";
import { promptCard } from "../domain/prompt-card.ts";
import { savePromptCard } from "../state/actions/report.ts";
import { setById } from "../state/selectors.ts";
import { say } from "../words/say.ts";
import { useApp, useAppState, usePerform } from "./app-context.ts";
import { noDialog } from "./ui-store.ts";

export function PromptCardDialog({ id }: Readonly<{ id: PromptSetId }>) {
  const { ui } = useApp();
  const perform = usePerform();
  const set = setById(useAppState(), id);
  const close = (): void => ui.setState({ dialog: noDialog });
  if (!set) return null;
  return (
    <Modal opened onClose={close} title={say("Card of “{name}”", { name: set.metadata.name })} size="lg">
      <div className="pt-stack" data-testid="prompt-card">
        <dl className="pt-facts">
          {promptCard(set).map(({ term, text, tone }) => (
            <CardRow key={`${term} ${text}`} term={term} text={text} warn={tone === "warn"} />
          ))}
        </dl>
        <div className="pt-line">
          <span className="pt-space" />
          <Button variant="default" onClick={() => perform(savePromptCard, { id })}>
            {say("Save the card as text")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

function CardRow({ term, text, warn }: Readonly<{ term: string; text: string; warn: boolean }>) {
  return (
    <>
      <dt>{term}</dt>
      <dd className={warn ? "pt-warn" : undefined}>{text}</dd>
    </>
  );
}
