"use client";
import { Avatar, Menu, UnstyledButton } from "@mantine/core";
import { IconChecklist, IconLogout, IconSettings, IconShieldCog } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { initialsOf } from "../../components/editor/people/initials.ts";
import { usePerson } from "./require-person.tsx";
import { signOut } from "./session-requests.ts";

export function PersonMenu() {
  const person = usePerson();
  const queryClient = useQueryClient();
  const leave = async () => {
    await signOut();
    queryClient.clear();
    window.location.assign("/sign-in"); // a whole load: nothing of this person stays in memory
  };
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <UnstyledButton aria-label={`Account of ${person.name}, ${initialsOf(person.name)}`}>
          <Avatar name={person.name} color="initials" size={30} radius="xl">
            {initialsOf(person.name)}
          </Avatar>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{person.email}</Menu.Label>
        <Menu.Item component={Link} href="/work" leftSection={<IconChecklist size={16} />}>
          My work
        </Menu.Item>
        <Menu.Item component={Link} href="/account" leftSection={<IconSettings size={16} />}>
          Your account
        </Menu.Item>
        {person.isAdministrator && (
          <Menu.Item component={Link} href="/installation" leftSection={<IconShieldCog size={16} />}>
            Installation
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item onClick={() => void leave()} leftSection={<IconLogout size={16} />}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
