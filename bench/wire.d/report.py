# SPDX-License-Identifier: BSD-3-Clause
"""Medians of samples, goals, and the JSON lines that tell of them."""

import json
import os
import platform
from dataclasses import dataclass
from pathlib import Path
from statistics import median


def print_line(line):
    def short(value):
        return float(f"{value:.4g}") if isinstance(value, float) else value
    print(json.dumps({key: short(value) for key, value in line.items()
                      if value is not None}), flush=True)


@dataclass
class Summary:
    """The medians of one tool in one setting."""
    wall_s: float
    goodput_mb_s: float
    cpu_s_per_gb_sender: float
    cpu_s_per_gb_receiver: float  # per GB and receiver
    bytes_sent_per_file_byte: float
    peak_mib_sender: float
    peak_mib_receiver: float
    index_s: float  # from the start of a sharer to its `ready`
    groups: int
    rounds: int


def summarize(samples, file_bytes, receivers):
    def middle(of):
        return median(of(sample) for sample in samples)
    gb = file_bytes / 1e9
    groups = [s.groups for s in samples if s.groups is not None]
    wall_s = middle(lambda s: s.wall_s)
    return Summary(
        wall_s, file_bytes / 1e6 / wall_s,
        middle(lambda s: s.cpu_s["sender"]) / gb,
        middle(lambda s: s.cpu_s["receiver"]) / gb / receivers,
        middle(lambda s: s.sent_bytes) / file_bytes,
        middle(lambda s: s.peak_mib["sender"]),
        middle(lambda s: s.peak_mib["receiver"]),
        middle(lambda s: s.index_s),
        max(groups) if groups else None, len(samples))


def print_summary(name, tool, setting, summary, reference):
    """Time, and in relation to TCP's in the same setting."""
    print_line({
        "name": name, "value": summary.wall_s, "unit": "s",
        "reference": reference,
        "ratio": summary.wall_s / reference if reference else None,
        "tool": "troupe" if "mode" in tool.fields else tool.name,
        **tool.fields, **setting.fields(), **vars(summary)})


@dataclass
class Goal:
    """A bound on a figure of Troupe's, or on its ratio to a reference."""
    name: str
    value: float  # None: was not measured
    unit: str
    at_most: float = None
    at_least: float = None
    below: float = None
    compares: bool = False  # with the reference, which may be missing
    reference: float = None

    def print(self, scenario):
        """Whether it was met; None where there is nothing to compare with."""
        line = {"name": f"wire.{scenario}.goal.{self.name}",
                "value": self.value, "unit": self.unit,
                "reference": self.reference, "goal": self._text()}
        if self.value is None:
            met, line["reason"] = False, "troupe was not measured, or failed"
        elif self.compares and self.reference is None:
            met, line["reason"] = None, "the reference was not measured"
        else:
            figure = self.value
            if self.compares:
                figure = line["ratio"] = self.value / self.reference
            met = ((self.at_most is None or figure <= self.at_most) and
                   (self.at_least is None or figure >= self.at_least) and
                   (self.below is None or figure < self.below))
        print_line({**line, "met": "unknown" if met is None else met})
        return met

    def _text(self):
        what = "ratio" if self.compares else "value"
        bounds = (("<=", self.at_most), (">=", self.at_least),
                  ("<", self.below))
        return " and ".join(f"{what} {sign} {bound:.4g}"
                            for sign, bound in bounds if bound is not None)


def versus(name, value, unit, reference, **bounds):
    """A goal on value / reference."""
    return Goal(name, value, unit, compares=True, reference=reference,
                **bounds)


def _read(path):
    try:
        return Path(path).read_text().strip()
    except OSError:
        return None


def print_machine(rounds):
    cpu = next((line.split(":")[1].strip() for line in
                (_read("/proc/cpuinfo") or "").splitlines()
                if line.startswith("model name")), platform.machine())
    print_line({
        "name": "wire.machine", "value": os.cpu_count(), "unit": "cores",
        "cpu": cpu, "kernel": platform.release(), "rounds": rounds,
        "load": os.getloadavg()[0],
        "tcp": _read("/proc/sys/net/ipv4/tcp_congestion_control")})
