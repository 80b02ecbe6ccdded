// Which token before the patches is the class token, which are registers, which position belongs to which. Knows tokens and rows only.
import type { VitShape } from "../vit-shape.ts";
import type { Row, Token } from "./embedding-roles.ts";
import { notPlain } from "./lookup.ts";
import type { Range } from "./readout-roles.ts";

export type PrefixRoles = Readonly<{
  positions: NonNullable<VitShape["positions"]>;
  cls: Row;
  pretext: Row | null;
  registers: readonly Row[];
  /** The stored tensor of positions, used from its beginning to its end, and its number of rows. */
  position: Readonly<{ key: string; rows: number }>;
}>;

type Prefix = Readonly<{ token: Row; index: number; position: number | null }>;
/** What the read-out says of tokens: its class token and the tokens of its mean, where it reads them. */
export type Reads = Readonly<{ cls: number | null; mean: Range | null }>;

/** `rowsOf` a stored tensor. Throws where a token could be two things: nothing is concluded from an order alone. */
export function prefixRoles(
  tokens: readonly Token[],
  width: number,
  reads: Reads,
  rowsOf: (key: string) => number,
): PrefixRoles {
  const patches = tokens.flatMap((token, index) => (token.patch === null ? [] : [{ ...token, index }]));
  const [first] = patches;
  const position = first?.added[0];
  if (!first || !position) notPlain("adds no positions to its patches");
  patches.forEach(({ patch, added: [own, more] }, i) => {
    const inOrder = own?.key === position.key && own.at === position.at + i * width;
    if (patch !== i || more || !inOrder) notPlain("adds something else than one row of positions to each patch");
  });
  const { mean } = reads;
  if (mean && (mean.end - mean.start !== patches.length || patches.some(({ index }, i) => index !== mean.start + i))) {
    notPlain("reads out the mean of other tokens than its patches");
  }

  const prefix = tokens.flatMap((token, index) =>
    token.patch === null ? [prefixOf(token, index, position.key, width)] : [],
  );
  const rows = rowsOf(position.key);
  const before = position.at / width;
  const placed = prefix
    .filter((one) => one.position !== null)
    .toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0));
  const whole = rows === patches.length + placed.length && before === placed.length;
  if (!whole || placed.some((one, i) => one.position !== i)) {
    notPlain("uses a part of its positions, or not in their order");
  }
  if (placed.length > 1 && placed.length < prefix.length) notPlain("adds positions to some of its registers alone");
  const positions = placed.length === 0 ? "patches" : placed.length === prefix.length ? "all" : "class";
  const ordered = positions === "all" ? placed : prefix;
  return { positions, ...named(ordered, placed, reads.cls), position: { key: position.key, rows } };
}

function prefixOf(token: Token, index: number, positionKey: string, width: number): Prefix {
  const [own, another] = token.added.filter(({ key }) => key !== positionKey);
  const [position, more] = token.added.filter(({ key }) => key === positionKey);
  if (!own || another || more) notPlain("has a token that is no stored row with at most one position");
  return { token: own, index, position: position ? position.at / width : null };
}

/** timm's names: [class, registers] or PathoDuet's [pretext, class], which is known with a position for every token only. */
function named(
  ordered: readonly Prefix[],
  placed: readonly Prefix[],
  cls: number | null,
): Readonly<{ cls: Row; pretext: Row | null; registers: readonly Row[] }> {
  const [first, second, third] = ordered;
  if (!first) notPlain("has no class token");
  const allPlaced = placed.length === ordered.length;
  if (cls === null && allPlaced && second && !third) {
    notPlain("reads neither of its two first tokens, so that either may be the class token");
  }
  const own = cls === null ? (placed[0] ?? first) : ordered.find(({ index }) => index === cls);
  if (!own) notPlain("reads out a patch as its class token");
  const rest = ordered.filter((one) => one !== own).map(({ token }) => token);
  if (placed.length > 0 && own !== placed[0]) {
    if (!allPlaced || third) notPlain("reads out a token as its class token that has not the first position");
    return { cls: own.token, pretext: rest[0] ?? null, registers: [] };
  }
  return { cls: own.token, pretext: null, registers: rest };
}
