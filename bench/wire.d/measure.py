# SPDX-License-Identifier: BSD-3-Clause
"""Starts the programs of one transfer and takes its figures."""

import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field

import lab


class Failed(Exception):
    """A transfer that did not end well; the text says why."""


@dataclass
class Program:
    """One program of a transfer."""
    side: str  # "sender" or "receiver"
    host: str
    command: list
    ready: object = None  # of those started before: what to wait for
    ends: bool = True  # by itself; the others are stopped when all is done


@dataclass
class Sample:
    """The figures of one transfer; of all receivers, CPU is the sum and
    memory the largest single process."""
    wall_s: float
    cpu_s: dict = field(default_factory=lambda: {"sender": 0.0,
                                                 "receiver": 0.0})
    peak_mib: dict = field(default_factory=lambda: {"sender": 0.0,
                                                    "receiver": 0.0})
    sent_bytes: int = 0
    sent_packets: int = 0
    index_s: float = 0  # from the start of the first program to its readiness
    groups: int = None  # most that a receiver was in at a time
    outputs: list = field(default_factory=list)  # of the receivers


def cpu_clock(pid):
    """CPU seconds of a process so far, its threads that have ended included,
    to the nanosecond (clock_getcpuclockid(3))."""
    return time.clock_gettime((~pid << 3) | 2)


class Running:
    """Programs that were started at the same time, by run_measured."""
    _count = 0

    def __init__(self, programs):
        self.programs = programs
        self.logs, arguments = [], []
        for program in programs:
            Running._count += 1
            self.logs.append(lab.WORK / f"run-{Running._count}.log")
            arguments += [lab.netns(program.host), str(self.logs[-1]),
                          *map(str, program.command), ";"]
        self.pids = [None] * len(programs)
        self.starts = [None] * len(programs)
        self.ready_s = 0.0
        self.ends = [None] * len(programs)  # (status, time, CPU s, KiB)
        self.cpu_before = [0.0] * len(programs)
        self._runner = subprocess.Popen(
            [lab.helper("run_measured"), *arguments], text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        for line in self._runner.stdout:
            what, job, *values = line.split()
            if what == "start":
                self.starts[int(job)] = float(values[1])
                self.pids[int(job)] = int(values[0])
            else:
                self.ends[int(job)] = (int(values[0]), float(values[1]),
                                       float(values[2]), int(values[3]))

    def output(self, job=0):
        try:
            return self.logs[job].read_text(errors="replace")
        except OSError:
            return ""

    def wait_ready(self, deadline_s):
        """Of a single program; takes note of the CPU it has used till then."""
        end = time.monotonic() + deadline_s
        while self.pids[0] is None or not self.programs[0].ready(self):
            if self.ends[0] is not None:
                raise Failed(self._trouble(0, "ended early"))
            if time.monotonic() > end:
                raise Failed(self._trouble(0, "did not start"))
            time.sleep(0.002)
        self.ready_s = time.monotonic() - self.starts[0]
        try:
            self.cpu_before[0] = cpu_clock(self.pids[0])
        except OSError:
            raise Failed(self._trouble(0, "ended early")) from None

    def wait(self, deadline_s):
        self._reader.join(max(deadline_s, 0.001))
        for job, program in enumerate(self.programs):
            if self.ends[job] is None:
                raise Failed(self._trouble(job, "did not end in time"))
            if program.ends and self.ends[job][0] != 0:
                raise Failed(self._trouble(job, f"status {self.ends[job][0]}"))

    def stop(self):
        """Ends what still runs: in good order, and after 20 s by force."""
        for send, patience_s in ((signal.SIGTERM, 20),
                                 (signal.SIGKILL, 20)):
            for pid, end in zip(self.pids, self.ends):
                if pid is not None and end is None:
                    try:
                        os.kill(pid, send)
                    except ProcessLookupError:
                        pass
            self._reader.join(patience_s)
            if not self._reader.is_alive():
                break
        self._runner.wait()

    def watch_groups(self, usual, deadline_s):
        """Waits, and returns the most groups that the first program's host
        was in at a time, beside the usual ones."""
        most, end = 0, time.monotonic() + deadline_s
        while self.pids[0] is None:
            time.sleep(0.0005)
        while self._reader.is_alive() and time.monotonic() < end:
            most = max(most, len(lab.groups_of_process(self.pids[0]) - usual))
            time.sleep(0.002)
        return most

    def remove_logs(self):
        for log in self.logs:
            log.unlink(missing_ok=True)

    def _trouble(self, job, what):
        last = self.output(job).strip().splitlines()[-1:]
        return " ".join([str(self.programs[job].command[0]).split("/")[-1],
                         what, *(f"({line})" for line in last)])


def transfer(before, then, deadline_s, watch_groups=False):
    """Starts `before` and waits until they are ready; then the clock runs
    from the start of `then` to the end of all that end by themselves."""
    running = []
    try:
        for program in before:
            running.append(Running([program]))
            running[-1].wait_ready(120)
        bytes_before, packets_before = lab.sent()
        usual = lab.groups_of(then[0].host) if watch_groups else set()
        active = Running(then)
        running.append(active)
        end = time.monotonic() + deadline_s
        groups = None
        if watch_groups:
            groups = active.watch_groups(usual, deadline_s)
        for each in [active] + running[:-1]:
            if each.programs[0].ends:
                each.wait(end - time.monotonic())
        bytes_after, packets_after = lab.sent()
        for each in running:
            each.stop()
        ends = [e[1] for each in running for p, e in
                zip(each.programs, each.ends) if p.ends]
        sample = Sample(max(ends) - min(active.starts), groups=groups,
                        index_s=running[0].ready_s,
                        sent_bytes=bytes_after - bytes_before,
                        sent_packets=packets_after - packets_before)
        _add_costs(sample, running)
        return sample
    finally:
        for each in running:
            each.stop()
            each.remove_logs()


def _add_costs(sample, running):
    for each in running:
        for job, program in enumerate(each.programs):
            _, _, cpu_s, peak_kib = each.ends[job]
            sample.cpu_s[program.side] += cpu_s - each.cpu_before[job]
            sample.peak_mib[program.side] = max(
                sample.peak_mib[program.side], peak_kib / 1024)
            if program.side == "receiver":
                sample.outputs.append(each.output(job))
