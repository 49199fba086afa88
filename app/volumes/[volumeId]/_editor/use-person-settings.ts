import { useEffect, useState } from "react";
import { useTRPCClient } from "../../../_trpc/trpc.ts";
import { PersonSettings } from "./person-settings.ts";

export function usePersonSettings(userId: string): PersonSettings {
  const client = useTRPCClient();
  const [settings] = useState(
    () =>
      new PersonSettings(userId, {
        load: () => client.account.settings.query(),
        keep: (name, value) => client.account.keepSetting.mutate({ name, json: JSON.stringify(value) }),
      }),
  );
  useEffect(() => {
    void settings.load();
    const again = () => void settings.load();
    window.addEventListener("online", again);
    return () => window.removeEventListener("online", again);
  }, [settings]);
  return settings;
}
