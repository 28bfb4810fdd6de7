"""What a shell gives to the library, here with inputs that can be repeated: time and random bytes."""

import hashlib

import waiqin_mobile as waiqin

STEP_MS = 60_000


class Keystore(waiqin.HardwareSecret):
    """Keeps the secret in memory, as a phone's keystore keeps it in hardware."""

    def __init__(self):
        self.secret = None

    def get(self):
        return self.secret

    def create(self, secret):
        if self.secret is not None:
            raise waiqin.HardwareError.Failed("there is one")
        self.secret = secret


class BrokenKeystore(waiqin.HardwareSecret):
    def get(self):
        raise waiqin.HardwareError.Failed("locked by the system")

    def create(self, secret):
        raise waiqin.HardwareError.Failed("locked by the system")


class Clock(waiqin.Clock):
    """Stands still until it is moved on: one step before each act."""

    def __init__(self, begins_ms):
        self.begins_ms = begins_ms
        self.passed_ms = 0
        self.fails = False

    def next(self):
        self.passed_ms += STEP_MS

    def now(self):
        if self.fails:
            raise RuntimeError("a clock with a fault")
        wall_ms = self.begins_ms + self.passed_ms
        return waiqin.Moment(wall_ms=wall_ms, mono_ms=self.passed_ms, boot=b"one start of it!")


class Entropy(waiqin.Entropy):
    """Bytes by seed, length and count: what other threads draw of one length moves no other length."""

    def __init__(self, seed):
        self.seed = seed
        self.drawn = {}

    def fill(self, length):
        count = self.drawn.get(length, 0)
        self.drawn[length] = count + 1
        out = b""
        while len(out) < length:
            text = f"{self.seed}/{length}/{count}/{len(out)}"
            out += hashlib.sha256(text.encode()).digest()
        return out[:length]


class NoEntropy(waiqin.Entropy):
    """A shell with a fault of its own: the library must not fall with it."""

    def fill(self, length):
        raise RuntimeError("no random bytes")


class Listener(waiqin.SyncListener):
    def __init__(self):
        self.heard = []

    def progress(self, progress):
        self.heard.append(("progress", progress.step.name))

    def ended(self, report):
        self.heard.append(("ended", report.outcome.name))


class FaultyListener(waiqin.SyncListener):
    def progress(self, progress):
        raise RuntimeError("a fault of the screen")

    def ended(self, report):
        raise RuntimeError("a fault of the screen")
