// SPDX-License-Identifier: BSD-3-Clause
// Writes what the corpora begin with: a sound input or two for each entry
// point, and some that are wrong in one place.
// usage: troupe_fuzz_seeds DIRECTORY, with one folder in it for each of them
#include "core/channel_key.hpp"
#include "core/hasher.hpp"
#include "core/manifest.hpp"
#include "tests/fuzz/scratch.hpp"
#include "transport/mld.hpp"
#include "transport/packet.hpp"
#include "transport/range_packet.hpp"

#include <cstdio>
#include <string>

namespace {

using namespace troupe;
using text = std::vector<std::byte>;

constexpr auto type = hash_type::blake2b;

text octets_of(std::initializer_list<int> values) {
  text made;
  for (const int value : values)
    made.push_back(static_cast<std::byte>(value));
  return made;
}

text operator+(text a, std::span<const std::byte> b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

text with(text bytes, std::size_t place, int value) {
  bytes.at(place) = static_cast<std::byte>(value);
  return bytes;
}

text without_end(text bytes) {
  bytes.pop_back();
  return bytes;
}

object_header header_of(std::uint64_t size, std::string name = "shared") {
  object_header made;
  made.size = size;
  made.metadata.mode = name.empty() ? 0 : 0100644;
  made.name = std::move(name);
  return made;
}

merkle_tree tree_of(std::uint64_t length) {
  std::vector<hash> leaves(chunk_count(length));
  for (std::size_t i = 0; i < leaves.size(); ++i)
    leaves[i] = hash_of(type, std::to_string(i));
  return *merkle_tree::fold(type, length, leaves);
}

class corpora {
public:
  explicit corpora(std::filesystem::path folder) : folder_(std::move(folder)) {}

  void put(const std::string& entry, const std::string& name,
           const text& bytes) const {
    std::filesystem::create_directories(folder_ / entry);
    fuzz::write(folder_ / entry / name, bytes);
  }

private:
  std::filesystem::path folder_;
};

void put_packets(const corpora& to) {
  text chunk(chunk_packet_bytes, std::byte{'c'});
  write_chunk_header(std::span{chunk}.first<chunk_header_bytes>(),
                     hash_of(type, "chunk"), {0, 31});
  to.put("packet", "sound-chunk", chunk);
  to.put("packet", "bad-block", with(chunk, 32, 1));
  to.put("packet", "bad-short", without_end(chunk));
  text object(object_packet_bytes, std::byte{'o'});
  write_object_header(std::span{object}.first<object_header_bytes>(),
                      hash_of(type, "object"), {.transfer_bytes = 5000},
                      {0, 4});
  to.put("packet", "sound-object", object);
  to.put("packet", "bad-alignment", with(object, 43, 8));

  text range(range_header_bytes + 300, std::byte{'r'});
  write_range_header(std::span{range}.first<range_header_bytes>(),
                     {.countdown = 1, .tag = 77, .block_bytes = 5000,
                      .esi = 3});
  to.put("range_packet", "sound-last", range);
  to.put("range_packet", "bad-version", with(range, 1, 9));
  to.put("range_packet", "bad-countdown", with(range, 3, 5));
  text position(position_packet_bytes);
  write_position(std::span{position}.first<position_packet_bytes>(), {7, 9});
  to.put("range_packet", "sound-position", position);

  std::vector<group_change> changes;
  const auto name = hash_of(type, "shared");
  const std::string chunk_text(chunk_bytes, 't');
  const auto node = hash_of(type, chunk_text);
  for (const auto& id :
       {name, channel_id_of(channel_kind::manifest, name), node,
        channel_id_of(channel_kind::data, node),
        channel_id_of(channel_kind::repair, node, 3)})
    changes.push_back({group_of(id), {}, 0,
                       changes.size() % 2 ? membership::done
                                          : membership::wanted});
  const auto report = make_report(changes);
  to.put("report", "sound-changes", report);
  to.put("report", "bad-records", with(report, 7, 6));
  to.put("report", "bad-sources", with(report, 11, 1));
  const auto old = octets_of({131, 0, 0, 0, 0, 0, 0, 0}) +
                   std::as_bytes(std::span{changes[0].group.bytes});
  to.put("report", "sound-version-1", old);
  to.put("report", "sound-done", with(old, 0, 132));
  to.put("report", "bad-short", without_end(old));
}

void put_objects(const corpora& to) {
  const auto limit = octets_of({44});
  const auto tree = tree_of(100'000);
  const auto file = make_tree_object(header_of(100'000), tree);
  to.put("header", "sound-file", limit + file.view());
  to.put("header", "sound-empty", limit + serialise_header(header_of(0)));
  to.put("header", "bad-large", octets_of({16}) + file.view());
  to.put("header", "bad-cut", without_end(limit + file.view()));
  to.put("header", "bad-name", with(limit + file.view(), 1 + 56, 0));

  auto directory = header_of(0);
  directory.metadata.mode = 040755;
  const std::vector<hash> children(3, hash_of(type, "child"));
  const auto listing = make_directory_object(directory, children);
  const text listed(listing.view().begin(), listing.view().end());
  to.put("listing", "sound-directory", listed);
  to.put("listing", "bad-cut", without_end(listed));
  auto link = directory;
  link.metadata.mode = 0120777;
  const auto target = make_symlink_object(link, "../there");
  const text pointing(target.view().begin(), target.view().end());
  to.put("listing", "sound-link", pointing);
  to.put("listing", "bad-target", with(pointing, pointing.size() - 1, 0));
  to.put("header", "sound-link", limit + pointing);

  const auto length = octets_of({0, 0, 0, 0, 0, 0, 0, 1, 0x86, 0xa0});
  const auto nodes = octets_of({0, 0}) + length;
  to.put("tree", "sound-nodes", nodes + tree.bytes());
  to.put("tree", "bad-nodes", without_end(nodes + tree.bytes()));
  to.put("tree", "sound-leaves",
         octets_of({1, 0, 0, 9, 3, 3}) + std::as_bytes(tree.leaves()));
  const text part(file.view().begin(), file.view().end());
  const auto part_bytes = static_cast<int>(part.size());
  const auto front = octets_of({part_bytes >> 8, part_bytes & 255});
  to.put("tree_parts", "sound-one", front + part);
  to.put("tree_parts", "bad-node", with(front + part, 2 + 56 + 6 + 40, 0));
  // Three parts, of which the second comes with a wrong length first.
  auto large = with(part, 3, 1);
  large.resize(tree_part_bytes);
  to.put("tree_parts", "bad-missing",
         octets_of({0x80, 0}) + large +
             octets_of({0, 0, 0, 0, 1, 7, 0, 0, 1, 0, 1, 7}));
}

void put_manifests(const corpora& to) {
  const auto limit = octets_of({44});
  const auto mended = octets_of({44 + 128});
  const auto one = serialise(make_manifest(type, 1368, header_of(100'000),
                                           tree_of(100'000)));
  const std::uint64_t large = 2'500ull * chunk_bytes - 5;
  const auto many =
      serialise(make_manifest(type, 1368, header_of(large), tree_of(large)));
  auto in_memory = make_manifest(type, 1368, header_of(5000, {}),
                                 tree_of(5000));
  in_memory.is_catalogue = true;
  to.put("manifest", "sound-one", limit + one);
  to.put("manifest", "sound-many", limit + many);
  to.put("manifest", "sound-mended", with(mended + many, 1 + 16 + 62, 0));
  to.put("manifest", "sound-catalogue", limit + serialise(in_memory));
  to.put("manifest", "sound-empty",
         limit + serialise(make_manifest(type, 1368, header_of(0), {})));
  to.put("manifest", "bad-root", with(limit + many, 1 + 16 + 62, 0));
  to.put("manifest", "bad-version", with(limit + one, 1 + 7, 2));
  to.put("manifest", "bad-symbol", with(limit + one, 1 + 11, 3));
  to.put("manifest", "bad-large", octets_of({9}) + one);
  to.put("manifest", "bad-cut", without_end(limit + many));
  to.put("leaves", "sound-three",
         octets_of({1, 0, 77}) +
             std::as_bytes(tree_of(3 * chunk_bytes).leaves()));
  to.put("leaves", "sound-many",
         octets_of({5, 3, 77}) +
             std::as_bytes(tree_of(100 * chunk_bytes).leaves()));
  to.put("leaves", "bad-none", octets_of({1, 0, 77, 1}));
}

void put_secrets(const corpora& to) {
  to.put("sealed", "sound-object", octets_of({1, 0, 0, 0, 1, 0, 2}));
  to.put("sealed", "sound-chunk", octets_of({0, 2, 5, 2, 6, 2, 7}));
  to.put("sealed", "sound-mixed",
         octets_of({1, 0, 0, 0, 1, 1, 0, 1, 1, 1, 2}));
  to.put("sealed", "bad-damaged",
         octets_of({1, 49, 0, 0, 99, 7, 0, 1, 0, 2, 1, 0}));
  to.put("token", "sound-signed", octets_of({1, 0, 'd', 'a', 't', 'a'}));
  to.put("token", "bad-changed", octets_of({1, 1, 0, 9, 1, 'd', 'a', 't'}));
  to.put("token", "bad-cut", octets_of({3, 0, 'd', 'a', 't', 'a'}));
  to.put("token", "bad-unsigned", octets_of({0, 255, 0, 0, 0}));
  const text id(hash_bytes, std::byte{'i'});
  to.put("symbols", "sound-chunk",
         octets_of({0, 3, 0, 0}) + id + octets_of({0, 0, 0, 0}));
  const auto object = octets_of({1}) + id +
                      octets_of({0, 0, 0, 4, 1, 0, 4, 0, 1, 0, 1, 4});
  to.put("symbols", "sound-object",
         octets_of({0, 0, 0}) + object + octets_of({0, 0, 0, 0}) + object +
             octets_of({0, 0, 0, 1}));
  to.put("symbols", "bad-sealed",
         octets_of({0, 3, 0, 2}) + id + octets_of({0, 0, 0, 0}));
  const text key(128, std::byte{'k'});
  to.put("key_file", "sound", key);
  to.put("key_file", "bad-short", without_end(key));
}

void put_files(const corpora& to) {
  to.put("tree_cache", "sound", octets_of({4, 0}));
  to.put("tree_cache", "bad-changed", octets_of({4, 1, 0, 99, 1, 0}));
  to.put("tree_cache", "bad-cut", octets_of({4, 128, 0, 9, 0}));
  to.put("tree_memory", "sound-three", octets_of({3, 0}));
  to.put("tree_memory", "bad-changed", octets_of({3, 1, 0, 30, 4}));
  text record(sizeof(file_identity) + hash_bytes, std::byte{1});
  record = record + octets_of({3, 0, 'a', 'b', 'c'});
  to.put("tree_memory", "sound-own", octets_of({128}) + record + record);
  to.put("tree_memory", "sound-long",
         octets_of({128}) + with(record, record.size() - 4, 9));
  to.put("journal", "sound-two",
         octets_of({2, 9, 1, 0, 0, 9, 200, 0, 100, 30}));
  to.put("journal", "sound-shorter", octets_of({1, 9, 0, 20, 0, 2, 9}));
  to.put("journal", "bad-end",
         octets_of({65, 9, 1, 0, 0, 9, 200, 1, 0, 20, 3}));
  to.put("journal", "bad-cut", octets_of({65, 9, 1, 0, 0, 9, 20, 128, 0, 7}));
  to.put("journal", "bad-foreign", octets_of({192, 9, 1, 0, 1, 0, 74, 79}));
}

void put_sessions(const corpora& to) {
  const std::string whole = "interface = \"eth0\"\nrate = \"500m\"\n"
                            "[[share]]\npath = \"/srv/images\"\n"
                            "recursive = true\n[[sync]]\nname = \"models/\"\n"
                            "dest = \"/var/lib/models\"\nevery = \"5m\"\n"
                            "after = [\"systemctl\", \"reload\"]\n";
  const auto bytes = std::as_bytes(std::span{whole.data(), whole.size()});
  to.put("session", "sound-whole", text(bytes.begin(), bytes.end()));
  to.put("session", "bad-key", octets_of({'r', 'a', 't', ' ', '=', '1'}));
  to.put("session", "bad-cut", without_end(without_end(
                                   text(bytes.begin(), bytes.end()))));
}

} // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: troupe_fuzz_seeds DIRECTORY\n", stderr);
    return 2;
  }
  const corpora to{arguments[1]};
  put_packets(to);
  put_objects(to);
  put_manifests(to);
  put_secrets(to);
  put_files(to);
  put_sessions(to);
  return 0;
}
