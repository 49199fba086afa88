import { Alert, Anchor } from "@mantine/core";
import { IconLinkOff } from "@tabler/icons-react";
import Link from "next/link";

export function DeadLink({ hint }: { hint: string }) {
  return (
    <Alert color="yellow" icon={<IconLinkOff aria-hidden />} title="This link does not work any more.">
      It was used, taken back, or is too old. {hint}{" "}
      <Anchor component={Link} href="/sign-in" size="sm">
        Go to the sign-in page
      </Anchor>
    </Alert>
  );
}
