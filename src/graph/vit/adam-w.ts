// One step of AdamW on a flat vector, written into a graph. Knows no loss and no schedule.
import type { Builder } from "../builder.ts";

/**
 * Decoupled weight decay (Loshchilov & Hutter 2019), as torch.optim.AdamW:
 * theta - rate (decay theta + correction1 m / (sqrt(v correction2) + eps)), of `theta` and `grad` [length]. Adds the inputs `m` `v`
 * `rateScale` [length] and `learningRate` `weightDecay` `correction1` `correction2` [1].
 */
export function addAdamW(
  b: Builder,
  theta: string,
  grad: string,
  length: number,
): Readonly<Record<"thetaNext" | "mNext" | "vNext", string>> {
  const [beta1, beta2, eps] = [0.9, 0.999, 1e-8];
  const m = b.input("m", "float32", [length]);
  const v = b.input("v", "float32", [length]);
  const rateScale = b.input("rateScale", "float32", [length]);
  const scalar = (name: string): string => b.input(name, "float32", [1]);
  const [learningRate, weightDecay] = [scalar("learningRate"), scalar("weightDecay")];
  const [correction1, correction2] = [scalar("correction1"), scalar("correction2")];
  const op = (kind: "Add" | "Sub" | "Mul" | "Div", x: string, y: string, name: string): string =>
    b.op(kind, [x, y], {}, `adamw/${name}`);

  const rate = op("Mul", rateScale, learningRate, "rate");
  const mNext = op("Add", op("Mul", m, b.scalar(beta1), "m/old"), op("Mul", grad, b.scalar(1 - beta1), "m/new"), "m");
  const square = op("Mul", grad, grad, "square");
  const vNext = op("Add", op("Mul", v, b.scalar(beta2), "v/old"), op("Mul", square, b.scalar(1 - beta2), "v/new"), "v");
  const deviation = b.op("Sqrt", [op("Mul", vNext, correction2, "v/corrected")], {}, "adamw/deviation");
  const direction = op(
    "Div",
    op("Mul", mNext, correction1, "m/corrected"),
    op("Add", deviation, b.scalar(eps), "guarded"),
    "direction",
  );
  const whole = op("Add", op("Mul", theta, weightDecay, "decay"), direction, "whole");
  return { thetaNext: op("Sub", theta, op("Mul", rate, whole, "step"), "theta"), mNext, vNext };
}
