import type { Metadata } from "next";
import { Join } from "./join.tsx";

export const metadata: Metadata = { title: "Invitation" };

export default function JoinPage() {
  return <Join />;
}
