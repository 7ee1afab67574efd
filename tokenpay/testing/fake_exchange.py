"""An exchange of Travel Rule messages in memory: institutions that share one `post` reach each other."""

from collections import defaultdict
from dataclasses import dataclass, field

Post = dict[str, dict[str, bytes]]


def new_post() -> Post:
    """Return what institutions share: by recipient, what waits there by name."""
    return defaultdict(dict)


@dataclass
class FakeExchange:
    """Fills the port for one institution."""

    id: str
    post: Post = field(default_factory=new_post)
    handed: set[tuple[str, str]] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)

    def send(self, recipient: str, name: str, content: bytes) -> bool:
        if (recipient, name) in self.handed:
            return False
        self.handed.add((recipient, name))
        self.post[recipient][name] = content
        return True

    def received(self) -> list[tuple[str, bytes]]:
        return sorted(self.post[self.id].items())

    def done(self, name: str) -> None:
        self.post[self.id].pop(name, None)

    def set_aside(self, name: str) -> None:
        if self.post[self.id].pop(name, None) is not None:
            self.refused.append(name)
