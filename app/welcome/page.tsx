import type { Metadata } from "next";
import { FirstAccount } from "./first-account.tsx";

export const metadata: Metadata = { title: "First account" };

export default function WelcomePage() {
  return <FirstAccount />;
}
