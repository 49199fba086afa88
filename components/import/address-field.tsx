import { Button, Group, TextInput } from "@mantine/core";
import { useState } from "react";

/** The address of an OME-Zarr image, in place of a file. */
export function AddressField({ onAddress }: { onAddress(address: string): void }) {
  const [typed, setTyped] = useState("");
  const address = typed.trim();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!address) return;
        onAddress(address);
        setTyped("");
      }}
    >
      <Group align="flex-end" gap="sm">
        <TextInput
          label="From an address"
          description="An OME-Zarr image that everybody may read; the server fetches it"
          placeholder="https://…/embryo.ome.zarr"
          maxLength={2000}
          flex={1}
          maw={720}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" disabled={!address}>
          Fetch
        </Button>
      </Group>
    </form>
  );
}
