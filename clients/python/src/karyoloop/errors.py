from __future__ import annotations

from typing import Any


class KaryoloopError(Exception):
    """What the server refused, with what it says of it: a stable ``tag``, a sentence, where, and what to do next."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status = status
        self.tag = str(problem.get("tag", "unknown"))
        self.what = str(problem.get("what", "The server answered with an error."))
        self.where: str | None = problem.get("where")
        self.hint: str | None = problem.get("hint")
        parts = [self.what, f"({self.where})" if self.where else None, self.hint]
        super().__init__(f"{status} {self.tag}: " + " ".join(part for part in parts if part))
