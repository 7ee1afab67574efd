"""The clock and the entropy of the operating system."""

import secrets
import time


class SystemClock:
    def now_s(self) -> int:
        return int(time.time())


class SystemEntropy:
    def random(self, size: int) -> bytes:
        return secrets.token_bytes(size)
