// Stands beside every picture that a program drew.
import { say } from "../words/say.ts";

export function SyntheticMark() {
  return (
    <span className="pt-synthetic" style={{ alignSelf: "flex-start" }}>
      {say("Synthetic: drawn by a program")}
    </span>
  );
}
