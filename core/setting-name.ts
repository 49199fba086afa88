/** What of a person's settings goes with them to every computer. */
export const settingNames = ["keys", "tour", "mail"] as const;

export type SettingName = (typeof settingNames)[number];

/** Of a value as JSON: every key of the editor changed is a tenth of it. */
export const SETTING_MAX_CHARS = 16_384;
