import type { Metadata } from "next";
import { ResetPassword } from "./reset-password.tsx";

export const metadata: Metadata = { title: "New password" };

export default function ResetPage() {
  return <ResetPassword />;
}
