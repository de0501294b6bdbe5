// SPDX-License-Identifier: BSD-3-Clause
// Speed of building the merkle tree of a file that is in the page cache, by
// one and by two threads, as JSON lines, of the shortest elapsed time. The
// reference of one thread is one core's speed of hashing chunks that are in
// its cache, that of two threads is one thread. Other programs' load spoils
// the gain of the second thread: the line tells it in `load`.
//
// usage: bench_tree [MEBIBYTES]      1024 unless told; the file is made in the
//                                    directory for temporary files
// Every root is compared with the one that hash_of() and hash_pair() give.
// Exits with 1 when one differs or a goal is missed.
#include "bench/hash_support.hpp"
#include "core/hash_many.hpp"
#include "core/hasher.hpp"
#include "core/tree_build.hpp"

#include <bit>
#include <filesystem>
#include <fstream>
#include <thread>

namespace {

using namespace troupe;
using namespace troupe::bench;

constexpr int rounds = 7;
constexpr double least_gain = 1.7; // of a second thread

/// A file of made-up bytes that goes away with the object.
class made_up_file {
public:
  explicit made_up_file(std::uint64_t mebibytes) {
    auto name =
        (std::filesystem::temp_directory_path() / "troupe-bench-XXXXXX")
            .string();
    const int fd = ::mkstemp(name.data());
    demand(fd >= 0, "no temporary file");
    path_ = name;
    std::ofstream out{path_, std::ios::binary};
    std::vector<std::byte> piece(1u << 20);
    for (std::uint64_t i = 0; i < mebibytes; ++i) {
      fill(piece, i);
      out.write(reinterpret_cast<const char*>(piece.data()),
                static_cast<std::streamsize>(piece.size()));
    }
    out.close();
    demand(bool{out}, "the temporary file cannot be written");
  }
  made_up_file(const made_up_file&) = delete;
  made_up_file& operator=(const made_up_file&) = delete;
  ~made_up_file() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }

  std::shared_ptr<source> open() const {
    auto file = open_file_source(path_);
    demand(bool{file}, "the temporary file cannot be opened");
    return file->bytes;
  }

private:
  std::filesystem::path path_;
};

/// The root by the definition: one hash after the other.
hash plain_root(hash_type type, const source& file) {
  std::vector<std::byte> chunk(chunk_bytes);
  std::vector<hash> level(std::bit_ceil(chunk_count(file.size())));
  for (std::uint64_t i = 0; i * chunk_bytes < file.size(); ++i) {
    const auto range = chunk_range(file.size(), i);
    const auto bytes = std::span{chunk}.first(range.length);
    demand(file.read_at(range.offset, bytes) == errc::none, "reading");
    level[i] = hash_of(type, bytes);
  }
  for (; level.size() > 1; level.resize(level.size() / 2))
    for (std::size_t i = 0; i < level.size() / 2; ++i)
      level[i] = hash_pair(type, level[2 * i], level[2 * i + 1]);
  return level.front();
}

hash tree_root(hash_type type, const std::shared_ptr<source>& file,
               int threads) {
  tree_build build{type, file};
  const auto work = [&] {
    while (build.hash_next_range() == tree_build::step::more) {
    }
  };
  std::vector<std::thread> helpers;
  for (int i = 1; i < threads; ++i)
    helpers.emplace_back(work);
  work();
  for (auto& each : helpers)
    each.join();
  const auto tree = build.finish();
  demand(bool{tree}, "no tree");
  return tree->root();
}

/// Hashes as many bytes as the file has, from a piece in the cache.
void hash_in_cache(hash_type type, std::uint64_t length) {
  constexpr std::size_t chunks = 8;
  static std::vector<std::byte> piece = [] {
    std::vector<std::byte> made(chunks * chunk_bytes);
    fill(made, 1);
    return made;
  }();
  hash out[chunks];
  for (std::uint64_t at = 0; at < length; at += piece.size())
    hash_chunks(type, piece, chunk_bytes, out);
  demand(out[0] == hash_of(type, std::span{piece}.first(chunk_bytes)), "hash");
}

bool build_trees(hash_type type, const std::shared_ptr<source>& file) {
  const auto expected = plain_root(type, *file);
  samples alone;
  samples one;
  samples two;
  const auto build = [&](int threads) {
    demand(tree_root(type, file, threads) == expected, "root");
  };
  for (int n = 0; n < rounds; ++n) {
    alone.take(1, [&] { hash_in_cache(type, file->size()); });
    one.take(1, [&] { build(1); });
    two.take(1, [&] { build(2); });
  }
  double load = 0;
  ::getloadavg(&load, 1);
  const auto name = "tree " + std::string{to_string(type)};
  const double gigabytes = static_cast<double>(file->size()) / 1e9;
  const auto in_cache = alone.summary();
  const auto single = one.summary();
  const auto both = two.summary();
  const double speed = gigabytes / single.best_elapsed;
  line{name + " 1 thread", speed}
      .also("of_cpu_time", gigabytes / single.median_cpu)
      .against("one core hashes", gigabytes / in_cache.best_elapsed,
               in_cache.best_elapsed / single.best_elapsed);
  const bool judged = std::thread::hardware_concurrency() >= 2;
  return line{name + " 2 threads", gigabytes / both.best_elapsed}
      .against("1 thread", speed, single.best_elapsed / both.best_elapsed)
      .also("load", load)
      .judge(0, judged ? least_gain : 0);
}

} // namespace

int main(int argc, char** argv) {
  const auto mebibytes = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1024;
  if (mebibytes == 0 || mebibytes > 1u << 20) {
    std::fprintf(stderr, "usage: bench_tree [MEBIBYTES]\n");
    return 2;
  }
  const made_up_file file{mebibytes};
  const auto bytes = file.open();
  bool all_well = true;
  for (const auto type : available_hash_types())
    all_well = build_trees(type, bytes) && all_well;
  return all_well ? 0 : 1;
}
