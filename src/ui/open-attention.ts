// Opens the dialog that shows where the model looked, and asks. Apart from the dialog, which is loaded when it is first drawn.
import type { Patch } from "../domain/patch.ts";
import { perform, stateOf } from "../state/action.ts";
import { showAttention } from "../state/actions/attention.ts";
import type { App } from "./app-context.ts";
import { type Dialog, noDialog } from "./ui-store.ts";

/** `patch` null: the clicked one. Where it cannot be asked a notice says why, and nothing opens. */
export function openAttention({ context, ui }: App, patch: Patch | null, back: Dialog = noDialog): void {
  const asked = { patch };
  if (showAttention.enabled(stateOf(context), asked) === true) ui.setState({ dialog: { kind: "attention", back } });
  void perform(context, showAttention, asked);
}
