import type { Metadata } from "next";
import { Guidelines } from "./guidelines.tsx";

export const metadata: Metadata = { title: "Guidelines" };

export default function GuidelinesPage() {
  return <Guidelines />;
}
