// A sentence with something in it that is more than text: a key, a link, a name in bold. Where it stands is the language's business.
import { Fragment, type ReactNode } from "react";
import { type Names, pieces, type Text } from "../words/say.ts";

type Props<T extends Text> = Readonly<{ text: T; parts: Readonly<Record<Names<T>, ReactNode>> }>;

export function Sentence<T extends Text>({ text, parts }: Props<T>) {
  return pieces(text).map((piece, i) => (
    <Fragment key={i}>{typeof piece === "string" ? piece : parts[piece.gap]}</Fragment>
  ));
}
