# SPDX-License-Identifier: BSD-3-Clause
"""The file that is sent and what a receiver has of it before."""

import random
import shutil
import subprocess

import lab

MIB = 1 << 20
CHUNK_BYTES = 32768


def _demand_room(size_mib, receivers):
    """The source and, at each receiver, the old file and the new one."""
    wanted_mib = size_mib * (1 + 2 * receivers) + 1024
    with open("/proc/meminfo", encoding="ascii") as lines:
        kib = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    free_mib = kib["MemAvailable"] // 1024
    if wanted_mib > free_mib:
        raise lab.Unavailable(f"{wanted_mib} MiB of memory are needed,"
                              f" and {free_mib} are free")


def source(size_mib, receivers):
    """A file of that size, the same in every run, that holds nothing twice;
    files of other sizes are removed, for memory's sake."""
    folder = lab.DATA / "source"
    path = folder / f"file-{size_mib}"
    if not path.exists():
        shutil.rmtree(folder, ignore_errors=True)
        _demand_room(size_mib, receivers)
        folder.mkdir()
        noise = random.Random(size_mib)
        with open(path, "wb") as file:
            for _ in range(size_mib):
                file.write(noise.randbytes(MIB))
    return path


def nothing(job, host):
    job.copy(host).unlink(missing_ok=True)


def identical(job, host):
    shutil.copyfile(job.source, job.copy(host))


def changed(job, host):
    """1 % of the chunks, one at least, evenly spread."""
    identical(job, host)
    chunks = job.source.stat().st_size // CHUNK_BYTES
    count = max(chunks // 100, 1)
    with open(job.copy(host), "r+b") as file:
        for i in range(count):
            file.seek(i * chunks // count * CHUNK_BYTES + 100)
            file.write(b"changed")


# By kind. `again` is for what was synced a moment before.
PREPARE = {"full": nothing, "delta": changed, "identical": identical,
           "again": identical}


def is_same(job, host):
    return subprocess.run(["cmp", "-s", job.source,
                           job.copy(host)]).returncode == 0
