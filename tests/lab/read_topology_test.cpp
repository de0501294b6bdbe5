// SPDX-License-Identifier: BSD-3-Clause
#include "lab/read_topology.hpp"

#include "tests/support/catch.hpp"

using namespace troupe::lab;

namespace {

const std::string head = "name = \"x\"\n";
const std::string hosts = "[[host]]\nname = \"s\"\n"
                          "[[host]]\nname = \"r\"\ncount = 3\nloss = 1.5\n";
const std::string file = "[[file]]\nname = \"a.bin\"\nsize = \"1m\"\n";
const std::string transfer =
    "[[session]]\nfrom = \"s\"\nto = \"r\"\nfile = \"a.bin\"\n";

std::string only_complaint(const std::string& text) {
  const auto result = read_topology_text(text, "t.toml");
  CHECK_FALSE(result.lab);
  REQUIRE(result.complaints.size() == 1);
  return result.complaints.front().message();
}

topology good(const std::string& text) {
  auto result = read_topology_text(text, "t.toml");
  for (const auto& each : result.complaints)
    FAIL_CHECK(each.message());
  REQUIRE(result.lab);
  return *result.lab;
}

} // namespace

TEST_CASE("a topology names hosts, files and sessions") {
  const auto all = good(head + "seed = 7\n" + hosts + file + transfer);
  CHECK(all.seed == 7);
  REQUIRE(all.hosts.size() == 4);
  CHECK(all.hosts[1].name == "r1");
  CHECK(all.hosts[3].name == "r3");
  CHECK(all.hosts[3].group == "r");
  CHECK(all.hosts[3].bridge == "lan");
  CHECK(all.hosts[3].cable.loss_pct == 1.5);
  CHECK(all.contents.front().bytes == 1u << 20);
  REQUIRE(all.sessions.size() == 1);
  CHECK(all.sessions.front().to ==
        std::vector<std::string>{"r1", "r2", "r3"});
  CHECK(all.sessions.front().tools == std::vector<tool>{tool::troupe});
  CHECK(all.sessions.front().name == "a.bin");
}

TEST_CASE("the topologies that are shipped are good") {
  for (const auto* name : {"eight.toml", "compare.toml", "routed.toml", "late.toml"}) {
    const auto result =
        read_topology(std::string{TROUPE_EXAMPLES} + "/" + name);
    for (const auto& each : result.complaints)
      FAIL_CHECK(each.message());
    CHECK(result.lab);
  }
}

TEST_CASE("a matrix makes runs of receivers, loss and tools") {
  const auto all =
      good(head + "rounds = 2\n" + hosts + file + transfer +
           "tool = [\"troupe\", \"rsync\"]\n"
           "[matrix]\nreceivers = [1, 3]\nloss = [0, 1, 5]\n");
  const auto runs = runs_of(all);
  CHECK(runs.size() == 2 * 2 * 3 * 2);
  CHECK(runs[0].by == tool::troupe);
  CHECK(runs[1].by == tool::rsync);
  CHECK(runs[0].receivers == std::vector<std::string>{"r1"});
  CHECK(runs[0].loss_pct == 0.0);
  CHECK(runs[11].receivers.size() == 3);
  CHECK(runs[11].loss_pct == 5.0);
  CHECK(runs[12].round == 1);
}

TEST_CASE("without a matrix hosts keep their own loss") {
  const auto all = good(head + hosts + file + transfer);
  const auto runs = runs_of(all);
  REQUIRE(runs.size() == 1);
  CHECK_FALSE(runs[0].loss_pct);
  CHECK(runs[0].receivers.size() == 3);
}

TEST_CASE("an unknown key is named with its place and the nearest one") {
  CHECK(only_complaint(head + hosts + "ratee = \"1g\"\n" + file + transfer) ==
        "t.toml:8:1: 'ratee' is no key of a host; did you mean 'rate'?");
  CHECK(only_complaint(head + "sead = 1\n" + hosts + file + transfer) ==
        "t.toml:2:1: 'sead' is no key of a topology; did you mean 'seed'?");
}

TEST_CASE("names that nothing stands behind are complained of") {
  const auto with = [&](const std::string& more) {
    return only_complaint(head + hosts + file + "[[session]]\n" + more);
  };
  CHECK(with("from = \"q\"\nto = \"r\"\nfile = \"a.bin\"\n")
            .find("no host is called 'q'") != std::string::npos);
  CHECK(with("from = \"s\"\nto = \"r9\"\nfile = \"a.bin\"\n")
            .find("'r9' adds no receiver; did you mean 'r1'?") !=
        std::string::npos);
  CHECK(with("from = \"s\"\nto = \"r\"\nfile = \"a.bim\"\n")
            .find("did you mean 'a.bin'?") != std::string::npos);
  CHECK(with("from = \"s\"\nto = \"r\"\nfile = \"a.bin\"\ntool = \"rsyn\"\n")
            .find("no tool 'rsyn'; did you mean 'rsync'?") !=
        std::string::npos);
}

TEST_CASE("what does not fit together is refused") {
  const auto refused = [](const std::string& text, const std::string& says) {
    const auto said = only_complaint(text);
    INFO(said);
    CHECK(said.find(says) != std::string::npos);
  };
  refused(head + hosts + "loss = 101\n", "");
  refused(head + hosts + file, "give a [[session]]");
  refused(head + hosts + "burst = 0\n" + file + transfer, "from 1 to 10000");
  refused(head + hosts + "starts = \"2s\"\nstops = \"1s\"\n" + file + transfer,
          "stop before it starts");
  refused(head + hosts + "reorder = 1\n" + file + transfer, "'delay' too");
  refused(head + hosts + "[[host]]\nname = \"r2\"\n" + file + transfer,
          "another host is called 'r2'");
  refused(head + hosts + "[[host]]\nname = \"Big_Name\"\n" + file + transfer,
          "a name of at most 10 characters");
  refused(head + hosts + file + transfer + "[matrix]\nreceivers = [4]\n",
          "has 3 receivers, not 4");
  refused(head + hosts + "[[file]]\nname = \"a.bin\"\nsize = \"65536g\"\n" +
              transfer,
          "more than 64 GiB");
  refused(head + hosts + "[[file]]\nname = \"a.bin\"\nsize = 9\nfiles = 9\n" +
              transfer + "tool = \"tcp\"\n",
          "carries one file only");
  refused(head + "[[bridge]]\nname = \"a\"\n[[bridge]]\nname = \"b\"\n" +
              hosts + file + transfer,
          "needs an 'uplink'");
  refused(head + "[bridge]\nname = \"a\"\n" + hosts + file + transfer,
          "with two brackets");
  refused("name = \n", "");
}

TEST_CASE("too many hosts or runs are refused before anything is made") {
  CHECK(only_complaint(head + hosts + "[[host]]\nname = \"m\"\ncount = 198\n" +
                       file + transfer)
            .find("more than 200 hosts") != std::string::npos);
  std::string tools = "tool = [";
  for (int i = 0; i < 11; ++i)
    tools += "\"troupe\", ";
  CHECK(only_complaint(head + "rounds = 1000\n" + hosts + file + transfer +
                       tools + "]\n")
            .find("more than 10000 runs") != std::string::npos);
}

TEST_CASE("a wire says what it does to packets") {
  const auto all =
      good(head + "[[host]]\nname = \"s\"\ndelay = \"20ms\"\njitter = \"5ms\"\n"
                  "reorder = 1\nduplicate = 2\nloss = 3\nburst = 4\n" +
           "[[host]]\nname = \"r\"\nloss = 1\n" + file + transfer);
  const auto& cable = all.hosts.front().cable;
  CHECK(cable.delay_ms == 20);
  CHECK(cable.jitter_ms == 5);
  CHECK(cable.reorder_pct == 1);
  CHECK(cable.duplicate_pct == 2);
  CHECK(cable.burst_packets == 4);
  CHECK(cable.needs_link());
  // What the kernel does alone is left to it.
  CHECK_FALSE(all.hosts.back().cable.needs_link());
}

TEST_CASE("what a wire cannot do is refused") {
  const auto with = [](const std::string& keys) {
    return only_complaint(head + "[[host]]\nname = \"s\"\n" + keys +
                          "[[host]]\nname = \"r\"\n" + file + transfer);
  };
  CHECK(with("delay = \"2ms\"\njitter = \"3ms\"\n").find("more than the 'delay'") !=
        std::string::npos);
  CHECK(with("delay = \"2m\"\n").find("longer than a minute") !=
        std::string::npos);
  CHECK(with("delay = \"2ms\"\noffloads = true\n").find("single frames") !=
        std::string::npos);
  CHECK(with("duplicate = 101\n").find("duplicate") != std::string::npos);
}

TEST_CASE("routers make links of bridges") {
  const std::string net =
      head + "[[bridge]]\nname = \"a\"\n[[bridge]]\nname = \"b\"\n"
             "[[bridge]]\nname = \"c\"\nuplink = \"b\"\n"
             "[[bridge]]\nname = \"d\"\n";
  const std::string all_hosts =
      "[[host]]\nname = \"s\"\n[[host]]\nname = \"r\"\nbridge = \"c\"\n";
  const auto router = [](const std::string& keys) {
    return "[[router]]\nname = \"r1\"\n" + keys;
  };
  const auto both = router("upstream = \"a\"\ndownstream = [\"b\", \"d\"]\n");
  const auto all = good(net + both + all_hosts + file + transfer);
  REQUIRE(all.routers.size() == 1);
  CHECK(all.routers.front().pass_joins);
  CHECK(all.link_of("a") == 0);
  CHECK(all.link_of("c") == 1);
  CHECK(all.link_of("d") == 3);

  const auto complains = [&](const std::string& text, const char* what) {
    const auto result = read_topology_text(
        net + text + all_hosts + file + transfer, "t.toml");
    for (const auto& each : result.complaints)
      if (each.message().find(what) != std::string::npos)
        return true;
    return false;
  };
  CHECK(complains("", "needs an 'uplink', or a router above it"));
  CHECK(complains(router("upstream = \"a\"\ndownstream = \"c\"\n"),
                  "no bridge without an uplink"));
  CHECK(complains(router("upstream = \"b\"\ndownstream = \"d\"\n"),
                  "nothing comes to 'b'"));
  CHECK(complains(router("upstream = \"x\"\ndownstream = \"d\"\n"),
                  "no bridge is called 'x'"));
  CHECK(complains(both + "[[router]]\nname = \"r2\"\nupstream = \"b\"\n"
                         "downstream = \"a\"\n",
                  "there is a way to 'a' already"));
  CHECK(complains(both + "[[router]]\nname = \"r2\"\nupstream = \"b\"\n"
                         "downstream = \"d\"\n",
                  "there is a way to 'd' already"));
}

TEST_CASE("what needs answers does not cross routers") {
  const auto with = [](const std::string& tool, const std::string& where) {
    return read_topology_text(
        head + "[[bridge]]\nname = \"a\"\n[[bridge]]\nname = \"b\"\n"
               "[[router]]\nname = \"r1\"\nupstream = \"a\"\ndownstream = "
               "\"b\"\n[[host]]\nname = \"s\"\n[[host]]\nname = \"r\"\n"
               "bridge = \"" +
            where + "\"\n" + file + transfer + "tool = \"" + tool + "\"\n",
        "t.toml");
  };
  CHECK(with("troupe", "b").lab);
  CHECK(with("rsync", "a").lab);
  CHECK_FALSE(with("rsync", "b").lab);
}
