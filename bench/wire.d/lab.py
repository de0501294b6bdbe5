# SPDX-License-Identifier: BSD-3-Clause
"""The hosts, and what is read from them."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
WORK = Path("/run/work")
DATA = WORK / "data"
SENDER = "h1"
FAR = "h6"  # behind the cable with a delay


def address(host):
    return f"fd00:7470::{host[1:]}"


def ipv4(host):
    return f"10.91.0.{host[1:]}"


def netns(host):
    return f"/run/netns/{host}"


def helper(name):
    """A program that scripts/bench has built for this."""
    return str(Path(os.environ["BENCH_BIN"]) / f"bench_{name}")


def _lab(*arguments):
    subprocess.run(["bash", HERE / "lab.sh", *arguments], check=True,
                   stdin=subprocess.DEVNULL)


class Unavailable(Exception):
    """What a scenario needs is not to be had here; the text says what."""


class Lab:
    def __init__(self):
        _lab("dress")
        self._now = None
        self._cable = None

    def receivers(self, setting):
        if setting.delay_ms:
            return [FAR]
        return [f"h{2 + i}" for i in range(setting.receivers)]

    def arrange(self, setting):
        """Makes the hosts what the setting asks for."""
        if setting.delay_ms and self._cable is None:
            self._lay_cable(setting.delay_ms)
        wanted = [setting.lab, setting.rate, str(setting.loss_pct),
                  *self.receivers(setting)]
        if wanted != self._now:
            _lab("arrange", *wanted)
            self._now = wanted

    def _lay_cable(self, delay_ms):
        subprocess.run(["ip", "netns", "add", FAR], check=True)
        self._cable = subprocess.Popen(
            [helper("delay_cable"), str(delay_ms), "/proc/self/ns/net", "p6",
             netns(FAR), "eth0"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        if self._cable.stdout.readline() != "ready\n":
            self._cable = None
            subprocess.run(["ip", "netns", "del", FAR], check=True)
            raise Unavailable("no TAP devices, which a delay needs")
        _lab("cable")

    def close(self):
        """Tells what the cable has lost by being too slow, if it has."""
        if self._cable is None:
            return
        full = _transmit_drops("p6")
        self._cable.terminate()
        last_words = self._cable.communicate()[0].split()
        if full or last_words != ["dropped", "0"]:
            print(f"the cable had no room for {full} frames before and"
                  f" {' '.join(last_words)} of those inside", file=sys.stderr)


def _transmit_drops(device):
    for line in Path("/proc/net/dev").read_text().splitlines():
        if line.strip().startswith(f"{device}:"):
            return int(line.split(":")[1].split()[11])
    return 0


def sent():
    """Bytes and packets that have left the sender's eth0, headers included."""
    lines = subprocess.run(
        ["nsenter", f"--net={netns(SENDER)}", "cat", "/proc/net/dev"],
        check=True, capture_output=True, text=True).stdout.splitlines()
    fields = next(l for l in lines if l.strip().startswith("eth0:")).split()
    return int(fields[9]), int(fields[10])


def _groups(text):
    lines = [line.split() for line in text.splitlines()]
    return {fields[2] for fields in lines if fields[1] == "eth0"}


def groups_of(host):
    """The multicast groups that the host's eth0 is in."""
    return _groups(subprocess.run(
        ["nsenter", f"--net={netns(host)}", "cat", "/proc/net/igmp6"],
        check=True, capture_output=True, text=True).stdout)


def groups_of_process(pid):
    """The same, of the host on which the process runs; none if it ended."""
    try:
        return _groups(Path(f"/proc/{pid}/net/igmp6").read_text())
    except OSError:
        return set()


def listens(pid, protocol, port):
    """Whether a socket waits at the port, where the process lives."""
    waiting = "0A" if protocol.startswith("tcp") else "07"
    try:
        lines = Path(f"/proc/{pid}/net/{protocol}").read_text().splitlines()
    except OSError:
        return False
    return any(fields[1].endswith(f":{port:04X}") and fields[3] == waiting
               for fields in map(str.split, lines[1:]))
