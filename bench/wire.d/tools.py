# SPDX-License-Identifier: BSD-3-Clause
"""The programs that are compared, with their commands.

Each tool turns a job into the programs that are started before the clock runs
and those whose start starts it (measure.Program). A tool whose sender waits
for requests is timed from the start of its receivers; one whose sender opens
the session, from the start of the sender.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import lab
from measure import Program

RECEIVE_BUFFER = 4 << 20  # what net.core.rmem_max is raised to as a rule
PORT = 9501


@dataclass
class Job:
    """One file from h1 to some hosts."""
    source: Path  # its copy on a host has the same base name
    hosts: list
    payload_bytes: int  # of a blast's packets
    size_mib: int
    deadline_s: float

    def folder(self, host):
        return lab.DATA / host

    def copy(self, host):
        return self.folder(host) / self.source.name


@dataclass
class Tool:
    name: str
    programs: object  # of a job: ([before the clock runs], [then])
    needs: list = field(default_factory=list)  # commands
    fields: dict = field(default_factory=dict)
    copies: bool = True  # leaves a file that must equal the source
    most_rounds: int = 1000
    slowness: int = 1  # factor on the time it may take
    missing: str = ""  # why it cannot be run here; empty: it can


def says_ready(running):
    return "ready\n" in running.output()


def bound_to(protocol, port):
    return lambda running: lab.listens(running.pids[0], protocol, port)


def tcp(job):
    """socat from file to file, one connection for each receiver."""
    before, then = [], []
    for i, host in enumerate(job.hosts):
        before.append(Program(
            "sender", lab.SENDER,
            ["socat", "-u", "-b", 262144, f"OPEN:{job.source},rdonly",
             f"TCP6-LISTEN:{PORT + i},reuseaddr"],
            ready=bound_to("tcp6", PORT + i)))
        then.append(Program(
            "receiver", host,
            ["socat", "-u", "-b", 262144,
             f"TCP6:[{lab.address(lab.SENDER)}]:{PORT + i}",
             f"CREATE:{job.copy(host)}"]))
    return before, then


def rsync(*options):
    return lambda job: _rsync(job, options)


def _rsync(job, options):
    """The daemon; with --inplace as the file may be written where it is."""
    config = lab.WORK / "rsyncd.conf"
    config.write_text(
        f"use chroot = no\nuid = 0\ngid = 0\n[d]\npath = {job.source.parent}\n")
    daemon = Program(
        "sender", lab.SENDER,
        ["rsync", "--daemon", "--no-detach", "--log-file=/dev/stdout",
         "--config", config, "--address",
         lab.address(lab.SENDER), "--port", PORT],
        ready=bound_to("tcp6", PORT), ends=False)
    url = f"rsync://[{lab.address(lab.SENDER)}]:{PORT}/d/{job.source.name}"
    return [daemon], [
        Program("receiver", host,
                ["rsync", "-I", *options, url, job.copy(host)])
        for host in job.hosts]


def uftp(job):
    """A closed group, since an open one waits for those that may come; the
    address of the interface, since its name means IPv4. No rate limit."""
    def uid(host):
        return f"0x{int(host[1:]):08x}"
    before = [Program(
        "receiver", host,
        ["uftpd", "-d", "-D", job.folder(host), "-I", lab.address(host),
         "-M", "ff1e::91:5", "-U", uid(host), "-B", RECEIVE_BUFFER],
        ready=bound_to("udp6", 1044), ends=False) for host in job.hosts]
    sender = Program(
        "sender", lab.SENDER,
        ["uftp", "-R", "-1", "-M", "ff1e::91:5", "-P", "ff1e::91:6", "-I",
         lab.address(lab.SENDER), "-B", RECEIVE_BUFFER, "-b", "1400", "-r",
         "0.02", "-Y", "none", "-H", ",".join(map(uid, job.hosts)),
         job.source])
    return before, [sender]


def udpcast(job):
    """Without the hello interval every transfer waits two seconds, without
    --exit-wait half a second more at the end."""
    common = ["--nokbd", "--interface", "eth0", "--portbase", 9100]
    before = [Program(
        "receiver", host,
        ["udp-receiver", *common, "--rcvbuf", RECEIVE_BUFFER, "--nosync",
         "--exit-wait", 1, "--file", job.copy(host)],
        ready=bound_to("udp", 9100)) for host in job.hosts]
    sender = Program(
        "sender", lab.SENDER,
        ["udp-sender", *common, "--min-receivers", len(job.hosts),
         "--full-duplex", "--rexmit-hello-interval", 50, "--file",
         job.source])
    return before, [sender]


def librecast(job):
    sharer = Program("sender", lab.SENDER,
                     [os.environ.get("PEER_SHARE"), "eth0", job.source],
                     ready=says_ready, ends=False)
    return [sharer], [
        Program("receiver", host,
                [os.environ.get("PEER_SYNC"), "eth0", job.source.name,
                 job.copy(host), int(job.deadline_s)])
        for host in job.hosts]


def troupe(share_options, sync_options):
    def programs(job):
        command = os.environ["TROUPE"]
        sharer = Program("sender", lab.SENDER,
                         [command, "share", "--interface", "eth0",
                          "--rate", "0",
                          *share_options, job.source],
                         ready=says_ready, ends=False)
        return [sharer], [
            Program("receiver", host,
                    [command, "sync", "--interface", "eth0", *sync_options,
                     job.source.name, job.copy(host)])
            for host in job.hosts]
    return programs


def blast_mib(job):
    """Long enough for a steady rate."""
    return max(job.size_mib, 256)


def blast(kind):
    def programs(job):
        sinks = [Program("receiver", host,
                         [lab.helper("blast"), "sink", "eth0", kind],
                         ready=says_ready) for host in job.hosts]
        return sinks, [Program(
            "sender", lab.SENDER,
            [lab.helper("blast"), "send", "eth0", job.payload_bytes,
             blast_mib(job), kind])]
    return programs


def _help(command):
    return subprocess.run([os.environ["TROUPE"], command, "--help"],
                          capture_output=True, text=True).stdout


def _troupe(mode, share_help, sync_help, name=None, more=()):
    """Wire mode and the rest by option, where the program has them; one
    without --wire knows the classic mode only."""
    share_options, sync_options, missing = [], ["--quiet", *more], ""
    if "--wire" in share_help and "--wire" in sync_help:
        share_options += ["--wire", mode]
        sync_options += ["--wire", mode]
    elif mode != "classic":
        missing = "troupe has no option --wire"
    if "--no-fsync" in sync_help:  # none of the others has one
        sync_options.append("--no-fsync")
    return Tool(name or mode, troupe(share_options, sync_options),
                fields={"mode": mode}, missing=missing)


def _may_set_groups():
    """False for an ordinary user in a user namespace."""
    try:
        return Path("/proc/self/setgroups").read_text().strip() == "allow"
    except OSError:
        return True


def all_tools():
    """By name; those that are missing say why."""
    helps = _help("share"), _help("sync")
    tools = [
        _troupe("range", *helps),
        _troupe("range", *helps, name="inplace", more=["--inplace"]),
        _troupe("classic", *helps),
        Tool("tcp", tcp, ["socat"]),
        Tool("rsync", rsync("--inplace"), ["rsync"]),
        Tool("rsync-copy", rsync(), ["rsync"]),
        Tool("uftp", uftp, ["uftp", "uftpd"]),
        Tool("udpcast", udpcast, ["udp-sender", "udp-receiver"]),
        Tool("librecast", librecast, most_rounds=1, slowness=8),
        Tool("blast-plain", blast("plain"), copies=False),
        Tool("blast-segment", blast("segment"), copies=False),
    ]
    for tool in tools:
        absent = [name for name in tool.needs if not shutil.which(name)]
        if absent:
            tool.missing = (f"{absent[0]} is not installed"
                            " (scripts/install-deps --bench)")
        if tool.name.startswith("rsync") and not _may_set_groups():
            tool.missing = "its daemon needs to be started by root"
        if tool.name == "librecast" and not all(
                os.access(os.environ.get(name, ""), os.X_OK)
                for name in ("PEER_SHARE", "PEER_SYNC")):
            tool.missing = "librecast is not there"
    return {tool.name: tool for tool in tools}


def blasted(sample, job):
    """Makes the figures of a blast those that the file would have had at the
    rate at which packets arrived at the receiver that got the fewest."""
    rates = []
    for output in sample.outputs:
        received, _, seconds = output.splitlines()[-1].split()
        rates.append(int(received) / float(seconds))
    sample.wall_s = (job.size_mib << 20) / min(rates)
    part = job.size_mib / blast_mib(job)
    sample.sent_bytes *= part
    for side in sample.cpu_s:
        sample.cpu_s[side] *= part
    return sample
