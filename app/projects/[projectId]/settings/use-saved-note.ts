"use client";
import { notifications } from "@mantine/notifications";
import { useCallback } from "react";

export const useSavedNote = () => useCallback(() => notifications.show({ message: "Saved." }), []);
