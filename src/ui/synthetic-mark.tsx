// Stands beside every picture that a program drew.

export function SyntheticMark() {
  return (
    <span className="pt-synthetic" style={{ alignSelf: "flex-start" }}>
      Synthetic: drawn by a program
    </span>
  );
}
