# SPDX-License-Identifier: BSD-3-Clause
"""Runs scenarios; see bench/wire."""

import argparse
import shutil
import sys
from collections import defaultdict

import content
import lab
import measure
import report
import tools
from scenarios import SCENARIOS

HEADERS_BYTES = 14 + 40 + 8  # Ethernet, IPv6, UDP
USUAL_PAYLOAD_BYTES = 1400


def say(text):
    print(text, file=sys.stderr, flush=True)


class Bench:
    def __init__(self, rounds, only):
        self.rounds = rounds
        self.lab = lab.Lab()
        self.tools = tools.all_tools()
        unknown = set(only or []) - set(self.tools)
        if unknown:
            sys.exit(f"no such tool: {', '.join(sorted(unknown))}; there are: "
                     + ", ".join(self.tools))
        for name, tool in self.tools.items():
            if only and name not in only:
                tool.missing = "not among --tools"
            elif tool.missing:
                say(f"skipped: {name}: {tool.missing}")

    def run(self, name):
        """Prints the figures of a scenario and its goals; returns how many
        were missed, counting transfers of Troupe's that failed."""
        scenario = SCENARIOS[name]
        samples = defaultdict(list)  # of (setting, tool)
        failed = {}  # (setting, tool): why
        try:
            for number in range(scenario.rounds or self.rounds):
                for key, setting in scenario.settings.items():
                    self._round(number, key, setting, scenario, samples,
                                failed)
        except lab.Unavailable as problem:
            say(f"skipped: {name}: {problem}")
            report.print_line({"name": f"wire.{name}.skipped", "value": 0,
                               "unit": "rounds", "reason": str(problem)})
            return 0
        summaries = self._print_summaries(name, samples)
        for (key, tool), why in failed.items():
            report.print_line({"name": f"wire.{name}.{key}.{tool}.failed",
                               "value": len(samples.get((key, tool), [])),
                               "unit": "rounds", "reason": why})
        ours_failed = {pair for pair in failed
                       if "mode" in self.tools[pair[1]].fields}

        def figures(tool, key, what):
            if (key, tool) not in summaries or (key, tool) in ours_failed:
                return None
            return getattr(summaries[key, tool], what)
        return len(ours_failed) + sum(goal.print(name) is False
                                      for goal in scenario.goals(figures))

    def _print_summaries(self, name, samples):
        settings = SCENARIOS[name].settings
        summaries = {}
        for (key, tool), each in samples.items():
            summaries[key, tool] = report.summarize(
                each, settings[key].size_mib * content.MIB,
                settings[key].receivers)
        for (key, tool), summary in summaries.items():
            tcp = summaries.get((key, "tcp"))
            report.print_summary(f"wire.{name}.{key}.{tool}",
                                 self.tools[tool], settings[key], summary,
                                 tcp and tcp.wall_s)
        return summaries

    def _round(self, number, key, setting, scenario, samples, failed):
        self.lab.arrange(setting)
        names = [name for name in scenario.tools
                 if not self.tools[name].missing
                 and (key, name) not in failed
                 and number < self.tools[name].most_rounds]
        # Another order in every round. In the first one Troupe is first: a
        # blast takes the packet size from it.
        shift = number % max(len(names), 1)
        for name in names[shift:] + names[:shift]:
            try:
                sample = self._once(self.tools[name], setting, samples, key)
                samples[key, name].append(sample)
            except measure.Failed as problem:
                say(f"failed: {name} in {key}: {problem}")
                failed[key, name] = str(problem)

    def _once(self, tool, setting, samples, key):
        job = tools.Job(content.source(setting.size_mib, setting.receivers),
                        self.lab.receivers(setting),
                        self._payload(setting, samples, key),
                        setting.size_mib,
                        (20 + setting.size_mib / 8) * tool.slowness)
        for host in job.hosts:
            job.folder(host).mkdir(exist_ok=True)
            content.PREPARE[setting.kind](job, host)
        if setting.kind == "again":
            measure.transfer(*tool.programs(job), job.deadline_s)
        sample = measure.transfer(*tool.programs(job), job.deadline_s,
                                  setting.watch_groups)
        if not tool.copies:
            return tools.blasted(sample, job)
        for host in job.hosts:
            if not content.is_same(job, host):
                raise measure.Failed(f"{host} has not the same content")
            shutil.rmtree(job.folder(host))
        return sample

    def _payload(self, setting, samples, key):
        """Of a blast: as in Troupe's packets, of which the mean is taken
        where each of them is a frame."""
        for tool in ("range", "classic"):
            if setting.lab == "off" and (key, tool) in samples:
                first = samples[key, tool][0]
                return round(first.sent_bytes / first.sent_packets
                             ) - HEADERS_BYTES
        return USUAL_PAYLOAD_BYTES


def parse():
    parser = argparse.ArgumentParser(prog="scripts/bench wire")
    parser.add_argument("--list", action="store_true",
                        help="name the scenarios and end")
    parser.add_argument("--all", action="store_true",
                        help="run every scenario, not only the quick ones")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tools", type=lambda text: text.split(","),
                        help="run only these, by name, with commas")
    parser.add_argument("scenario", nargs="*", metavar="SCENARIO",
                        help="default: those that --list marks with *")
    options = parser.parse_args()
    for name in options.scenario:
        if name not in SCENARIOS:
            parser.error(f"no such scenario: {name}")
    if options.rounds < 1:
        parser.error("--rounds takes 1 or more")
    return options


def main():
    options = parse()
    if options.list:
        for name, scenario in SCENARIOS.items():
            print(f"{'*' if scenario.quick else ' '} {name:18}"
                  f"{scenario.about}")
        return 0
    names = options.scenario or [
        name for name, scenario in SCENARIOS.items()
        if scenario.quick or options.all]
    bench = Bench(options.rounds, options.tools)
    report.print_machine(options.rounds)
    missed = 0
    try:
        for name in names:
            say(f"{name}: {SCENARIOS[name].about}")
            missed += bench.run(name)
    finally:
        bench.lab.close()
    report.print_line({"name": "wire.goals", "value": missed,
                       "unit": "missed"})
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
