// The menu behind the dots at the end of a row. Knows no row: what is in it are its children (Menu.Item and the like).
import { ActionIcon, Menu } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { say } from "../words/say.ts";

/** `about`: what the row is called. `title`: why what is in the menu cannot be done, where it cannot. */
export function MoreMenu({
  about,
  title,
  children,
}: Readonly<{ about: string; title?: string | undefined; children: ReactNode }>) {
  return (
    <Menu position="bottom-end" withinPortal shadow="md">
      <Menu.Target>
        <ActionIcon
          className="pt-more"
          size="sm"
          variant="subtle"
          color="gray"
          aria-label={say("More about {about}", { about })}
          title={title}
        >
          <IconDots size={15} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>{children}</Menu.Dropdown>
    </Menu>
  );
}
