import { redirect } from "next/navigation";

/** The page's earlier address: it stands in mails and bookmarks. */
export default async function Page({ params }: { params: Promise<{ projectId: string }> }) {
  redirect(`/projects/${encodeURIComponent((await params).projectId)}/publish`);
}
