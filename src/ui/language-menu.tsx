// The choice of language, each named in itself.
import { ActionIcon, Menu } from "@mantine/core";
import { IconLanguage } from "@tabler/icons-react";
import { languages } from "../words/languages.ts";
import { say } from "../words/say.ts";
import { useApp, useUi } from "./app-context.ts";
import { changeLanguage } from "./language.ts";

export function LanguageMenu() {
  const { ui } = useApp();
  const spoken = useUi((state) => state.language);
  return (
    <Menu position="bottom-end" withinPortal shadow="md">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={say("Language")} title={say("Language")}>
          <IconLanguage size={17} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {languages.map(({ tag, name }) => (
          <Menu.Item
            key={tag}
            lang={tag}
            {...(tag === spoken && { "aria-current": "true" as const, fw: 650 })}
            onClick={() => void changeLanguage(ui, tag)}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
