// A button that says why it cannot be pressed. It stays focusable, so that the reason can be reached by keyboard.
import { Button, type ButtonProps, Tooltip } from "@mantine/core";
import type { MouseEventHandler, ReactNode } from "react";

type Props = Omit<ButtonProps, "disabled"> &
  Readonly<{
    /** true, or why not. */
    enabled: true | string;
    onClick: MouseEventHandler<HTMLButtonElement>;
    /** What a press does while it is blocked, beside saying why: a form may lead to what is missing. Enter in a field is a press. */
    onBlocked?: MouseEventHandler<HTMLButtonElement>;
    hint?: string;
    testId?: string;
    type?: "button" | "submit";
    children: ReactNode;
  }>;

export function ReasonButton({ enabled, onClick, onBlocked, hint, testId, type = "button", children, ...rest }: Props) {
  const blocked = enabled !== true;
  const label = blocked ? enabled : hint;
  return (
    <Tooltip label={label} disabled={!label} events={{ hover: true, focus: true, touch: true }}>
      <Button
        {...rest}
        type={type}
        data-testid={testId}
        {...(blocked && { "data-disabled": true })}
        aria-disabled={blocked}
        {...(blocked && { title: enabled })}
        onClick={(event) => {
          if (blocked) {
            event.preventDefault();
            onBlocked?.(event);
          } else onClick(event);
        }}
      >
        {children}
      </Button>
    </Tooltip>
  );
}
