// The way to the attention of one patch, from wherever a patch is shown.
import type { Patch } from "../domain/patch.ts";
import { showAttention } from "../state/actions/attention.ts";
import { say } from "../words/say.ts";
import { useApp, useAppState } from "./app-context.ts";
import { openAttention } from "./open-attention.ts";
import { ReasonButton } from "./reason-button.tsx";
import { type Dialog, noDialog } from "./ui-store.ts";

type Props = Readonly<{
  /** null: the clicked one. */
  patch: Patch | null;
  /** Why no patch can be named; null where one is. */
  lacking?: string | null;
  back?: Dialog;
}>;

export function AttentionButton({ patch, lacking = null, back = noDialog }: Props) {
  const app = useApp();
  const state = useAppState();
  return (
    <ReasonButton
      size="compact-xs"
      variant="default"
      style={{ alignSelf: "flex-start" }}
      testId="show-attention"
      enabled={lacking ?? showAttention.enabled(state, { patch })}
      onClick={() => openAttention(app, patch, back)}
    >
      {say(showAttention.title)}
    </ReasonButton>
  );
}
