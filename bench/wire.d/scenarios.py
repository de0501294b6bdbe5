# SPDX-License-Identifier: BSD-3-Clause
"""What is measured, and what has to come out.

A scenario has settings, by a short name, and the tools that take turns in
them. Its goals are a function of the figures: figures(tool, setting, what) is
a field of report.Summary, or None where that was not measured.
"""

from dataclasses import dataclass

from report import Goal, versus

TROUPE = ["range", "classic"]
MULTICAST = ["uftp", "udpcast"]
BLASTS = ["blast-plain", "blast-segment"]
OTHERS = ["tcp", "rsync", *MULTICAST]


@dataclass(frozen=True)
class Setting:
    lab: str  # offloads on or off
    size_mib: int
    receivers: int = 1
    kind: str = "full"  # or one of content.PREPARE
    loss_pct: int = 0  # at each receiver
    rate: str = "none"  # of the sender's uplink
    delay_ms: float = 0  # one way
    watch_groups: bool = False

    def fields(self):
        return {"lab": self.lab, "size_mib": self.size_mib,
                "receivers": self.receivers, "kind": self.kind,
                "loss_pct": self.loss_pct,
                "rate": None if self.rate == "none" else self.rate,
                "rtt_ms": 2 * self.delay_ms or None}


@dataclass
class Scenario:
    about: str
    settings: dict
    tools: list
    goals: object = lambda figures: []
    quick: bool = False  # of the set that runs when none is named
    rounds: int = None  # where the usual number would take too long


def _memory(figures, setting, size_mib):
    most = 64 + 3 * size_mib / 1024
    return [Goal(f"memory.{side}", figures("range", setting,
                                           f"peak_mib_{side}"),
                 "MiB", at_most=most) for side in ("sender", "receiver")]


def _less_than(figures, setting, tools):
    return [versus(f"time.{tool}", figures("range", setting, "wall_s"), "s",
                   figures(tool, setting, "wall_s"), below=1)
            for tool in tools]


def _on_256(figures):
    ours = figures("range", "one", "wall_s")
    return [
        versus("time.tcp", ours, "s", figures("tcp", "one", "wall_s"),
               at_most=1.25),
        *_less_than(figures, "one", ["rsync", *MULTICAST]),
        versus("time.librecast", ours, "s",
               figures("librecast", "one", "wall_s"), at_most=1 / 20),
        *_memory(figures, "one", 256)]


def _on_1024(figures):
    return [
        Goal("cpu.receiver", figures("range", "one", "cpu_s_per_gb_receiver"),
             "s/GB", at_most=1.2),
        Goal("cpu.sender", figures("range", "one", "cpu_s_per_gb_sender"),
             "s/GB", at_most=0.7),
        *_memory(figures, "one", 1024)]


def _off(figures):
    def of(setting, what):
        return figures("range", setting, what)
    ceiling = max((figures(tool, "one", "goodput_mb_s") or 0
                   for tool in BLASTS)) or None
    return [
        versus("goodput.ceiling", of("one", "goodput_mb_s"), "MB/s", ceiling,
               at_least=0.8),
        *_less_than(figures, "one", ["rsync", *MULTICAST]),
        versus("time.four", of("four", "wall_s"), "s", of("one", "wall_s"),
               at_most=1.6),
        *(Goal(f"bytes.{setting}", of(setting, "bytes_sent_per_file_byte"),
               "B/B", at_most=1.08) for setting in ("one", "four"))]


def _uplink(figures):
    return [
        *(versus(f"goodput.{setting}", figures("range", setting,
                                               "goodput_mb_s"),
                 "MB/s", 125, at_least=0.93) for setting in ("one", "four")),
        Goal("time.four", figures("range", "four", "wall_s"), "s",
             at_most=0.62)]


def _delay(figures):
    return [Goal("time", figures("range", "one", "wall_s"), "s", at_most=0.40)]


def _loss(figures):
    goals = []
    for percent, slower in ((1, 1.15), (5, 1.35), (10, 1.7)):
        setting = f"loss-{percent}"
        goals += [
            versus(f"time.{percent}", figures("range", setting, "wall_s"),
                   "s", figures("range", "loss-0", "wall_s"),
                   at_most=slower),
            Goal(f"bytes.{percent}",
                 figures("range", setting, "bytes_sent_per_file_byte"),
                 "B/B", at_most=1.08 / (1 - percent / 100))]
    return goals


def _loss_four(figures):
    return [
        versus("time", figures("range", "four", "wall_s"), "s",
               figures("range", "one", "wall_s"), at_most=1.2),
        Goal("bytes", figures("range", "four", "bytes_sent_per_file_byte"),
             "B/B", at_most=1.25)]


def _delta(figures):
    return [
        versus("time.rsync", figures("inplace", "one", "wall_s"), "s",
               figures("rsync", "one", "wall_s"), at_most=0.5),
        versus("time.rsync.copy", figures("range", "one", "wall_s"), "s",
               figures("rsync-copy", "one", "wall_s"), at_most=0.5),
        Goal("bytes", figures("range", "one", "bytes_sent_per_file_byte"),
             "B/B", at_most=0.014)]


def _identical(figures):
    return [
        versus("time.hashing", figures("range", "first", "wall_s"), "s",
               figures("range", "first", "index_s"), at_most=1.2),
        Goal("time.again", figures("range", "again", "wall_s"), "s",
             at_most=0.1),
        *_memory(figures, "first", 4096)]


def _budget(figures):
    return [Goal(f"groups.{setting}", figures("range", setting, "groups"),
                 "groups", at_most=64) for setting in ("on", "off", "loss-5")]


def _classic(figures):
    """24 MB/s is what librecast reaches at best, with its memory trouble
    mended and its hash vectorised (docs/performance.md)."""
    return [versus("goodput", figures("classic", "on", "goodput_mb_s"),
                   "MB/s", 24, at_least=6)]


def _sizes(lab, sizes=(1, 16, 64, 256, 1024), **more):
    return {f"{size}": Setting(lab, size, **more) for size in sizes}


def _one_and_four(size_mib, **more):
    return {"one": Setting("off", size_mib, 1, **more),
            "four": Setting("off", size_mib, 4, **more)}


SCENARIOS = {
    "on-256": Scenario(
        "offloads on, 256 MiB", {"one": Setting("on", 256)},
        [*TROUPE, *OTHERS, *BLASTS, "librecast"], _on_256, quick=True),
    "on-1024": Scenario(
        "offloads on, 1 GiB: processor time and memory",
        {"one": Setting("on", 1024)}, ["range", "tcp"], _on_1024, quick=True),
    "off-64": Scenario(
        "frames, 64 MiB, 1 and 4 receivers, with the raw ceiling",
        _one_and_four(64), ["range", *OTHERS, *BLASTS], _off, quick=True),
    "off-256": Scenario(
        "the same with 256 MiB",
        _one_and_four(256), ["range", *OTHERS, *BLASTS], _off),
    "uplink": Scenario(
        "an uplink of 1 Gbit/s, 64 MiB, 1 and 4 receivers",
        _one_and_four(64, rate="1gbit"), ["range", *OTHERS], _uplink,
        quick=True),
    "delay": Scenario(
        "a round trip of 20 ms and 1 % loss, 16 MiB",
        {"one": Setting("off", 16, loss_pct=1, delay_ms=10)},
        ["range", *OTHERS], _delay, quick=True),
    # udpcast is left out: at 5 % it does not end.
    "loss": Scenario(
        "frames, 64 MiB, 0, 1, 5 and 10 % loss",
        {f"loss-{p}": Setting("off", 64, loss_pct=p) for p in (0, 1, 5, 10)},
        ["range", "tcp", "uftp"], _loss, quick=True),
    "loss-four": Scenario(
        "frames, 64 MiB, 5 % loss at each of 1 and 4 receivers",
        _one_and_four(64, loss_pct=5), ["range", "tcp", "uftp"], _loss_four,
        quick=True),
    "delta-256": Scenario(
        "1 % of the chunks of 256 MiB changed",
        {"one": Setting("off", 256, kind="delta")},
        [*TROUPE, "inplace", "rsync", "rsync-copy"],
        _delta, quick=True),
    "identical-4096": Scenario(
        "4 GiB that are there already, and once more",
        {"first": Setting("off", 4096, kind="identical"),
         "again": Setting("off", 4096, kind="again")},
        ["range"], _identical),
    "budget": Scenario(
        "how many groups a receiver is in at a time, 256 MiB",
        {"on": Setting("on", 256, watch_groups=True),
         "off": Setting("off", 256, watch_groups=True),
         "loss-5": Setting("off", 256, loss_pct=5, watch_groups=True)},
        ["range"], _budget, quick=True, rounds=1),
    "classic": Scenario(
        "the classic protocol, 64 MiB",
        {"on": Setting("on", 64), "off": Setting("off", 64)}, ["classic"],
        _classic, quick=True),
    "survey-on": Scenario(
        "every size, offloads on", _sizes("on"), [*TROUPE, *OTHERS]),
    "survey-off": Scenario(
        "every size, frames", _sizes("off"), [*TROUPE, *OTHERS]),
    "survey-four": Scenario(
        "4 receivers, 1 to 256 MiB, frames",
        _sizes("off", (1, 16, 64, 256), receivers=4), [*TROUPE, *OTHERS]),
    "survey-loss": Scenario(
        "16 MiB, 0, 1, 5 and 10 % loss at 1 and 4 receivers",
        {f"{n}-loss-{p}": Setting("off", 16, n, loss_pct=p)
         for n in (1, 4) for p in (0, 1, 5, 10)}, [*TROUPE, *OTHERS]),
    "survey-delta": Scenario(
        "every size, 1 % of the chunks changed", _sizes("off", kind="delta"),
        [*TROUPE, "rsync"]),
    "survey-identical": Scenario(
        "every size, nothing changed", _sizes("off", kind="identical"),
        [*TROUPE, "rsync"]),
    "survey-librecast": Scenario(
        "librecast: 16 MiB full, changed, identical, and to 4 receivers",
        {"full": Setting("off", 16), "four": Setting("off", 16, 4),
         "delta": Setting("off", 16, kind="delta"),
         "identical": Setting("off", 16, kind="identical"),
         "full-64": Setting("off", 64)}, [*TROUPE, "librecast"]),
}
