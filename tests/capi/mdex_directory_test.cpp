// SPDX-License-Identifier: BSD-3-Clause
#include "tests/capi/vectors.hpp"
#include "tests/support/catch.hpp"

#include <librecast/mdex.h>
#include <librecast/mtree.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>

using namespace capi_test;
namespace fs = std::filesystem;

namespace {

struct free_index {
  void operator()(mdex_t* index) const { mdex_free(index); }
};
using index_ptr = std::unique_ptr<mdex_t, free_index>;

index_ptr indexed(const std::string& path, int flags) {
  index_ptr index{mdex_init(0)};
  REQUIRE(index);
  REQUIRE(mdex_addfile(index.get(), path.c_str(), nullptr, flags) == 0);
  return index;
}

bool like_the_sample(const std::string& path) {
  const timespec times[]{{1700000000, 123456789}, {1700000000, 123456789}};
  return lchown(path.c_str(), 1000, 1001) == 0 &&
         utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW) == 0;
}

/// The directory that the known values are of; false without the privilege.
bool make_sample(const scratch& dir) {
  fs::create_directories(dir / "sharedir/sub");
  fs::create_directories(dir / "sharedir/emptydir");
  dir.write("sharedir/f5000", gen2(5000));
  dir.write("sharedir/f98309", gen2(98309));
  dir.write("sharedir/empty", {});
  dir.write("sharedir/sub/f1", {'h', 'e', 'l', 'l', 'o', '\n'});
  fs::create_symlink("f5000", dir / "sharedir/link");
  for (const auto* each : {"", "/sub", "/emptydir"})
    chmod((dir / "sharedir" + each).c_str(), 0755);
  for (const auto* each : {"/f5000", "/f98309", "/empty"})
    chmod((dir / "sharedir" + each).c_str(), 0644);
  chmod((dir / "sharedir/sub/f1").c_str(), 0600);
  bool done = true;
  for (const auto* each : {"/f5000", "/f98309", "/empty", "/sub/f1", "/link",
                           "/sub", "/emptydir", ""})
    done = like_the_sample(dir / "sharedir" + each) && done;
  return done;
}

std::string list_of(const mdex_entry_t& entry) {
  return entry.file.file.dir == nullptr
             ? std::string{}
             : hex(*entry.file.file.dir, entry.file.size * HASHSIZE);
}

int error_of_alias(mdex_t* index, const std::string& path) {
  errno = 0;
  return mdex_getalias(index, path.c_str(), nullptr) == 0 ? 0 : errno;
}

} // namespace

TEST_CASE("a directory in an index is what librecast makes of it",
          "[capi][mdex][directory]") {
  scratch dir;
  if (!make_sample(dir)) {
    WARN("skipped: only root can give files away");
    return;
  }
  const auto known = vectors().at("mdex");
  auto index = indexed(dir / "sharedir", MDEX_ALIAS | MDEX_RECURSE);
  CHECK(index->files == known.at("files"));
  CHECK(std::string{index->basedir} == dir / "sharedir");
  CHECK(std::string{index->rootdir} + "/sharedir" == dir / "sharedir");
  for (const auto& expected : known.at("entries")) {
    const auto name = expected.at("name").get<std::string>();
    CAPTURE(name);
    bytes key(HASHSIZE);
    mdex_aliashash(name.c_str(), key.data(), key.size());
    CHECK(hex(key) == expected.at("alias"));
    mdex_entry_t entry{};
    REQUIRE(mdex_get(index.get(), key.data(), key.size(), &entry) == 0);
    CHECK(hex(key) == expected.at("target"));
    CHECK(entry.type == expected.at("type"));
    if (expected.contains("dir")) {
      CHECK(entry.file.size == expected.at("entries"));
      CHECK(list_of(entry) == expected.at("dir"));
      CHECK(std::string{entry.file.file.name} == expected.at("fname"));
      CHECK(entry.file.file.sb->st_uid == 1000);
    } else {
      CHECK(entry.ptr.size == expected.at("size"));
    }
    mdex_entry_t by_path{};
    REQUIRE(mdex_getalias(index.get(), (dir / name).c_str(), &by_path) == 0);
    CHECK(by_path.type == entry.type);
  }
  unsigned char root[HASHSIZE];
  REQUIRE(mdex_directory_root(index.get(), (dir / "sharedir").c_str(), root) ==
          0);
  CHECK(hex(root, sizeof root) == vectors().at("directory_root").at("root"));
  REQUIRE(mdex_get_directory_root((dir / "sharedir/").c_str(), root) == 0);
  CHECK(hex(root, sizeof root) == vectors().at("directory_root").at("root"));
}

TEST_CASE("mdex_hash_entry hashes the parts that there are",
          "[capi][mdex][vectors]") {
  const auto known = vectors();
  mdex_hash_t entries[2];
  std::fill_n(entries[0], HASHSIZE, std::uint8_t{0x11});
  std::fill_n(entries[1], HASHSIZE, std::uint8_t{0x22});
  bytes hash(HASHSIZE);
  const auto made = [&](const char* path, struct stat* sb, mdex_hash_t* dir,
                        int count) {
    mdex_hash_entry(hash.data(), hash.size(), path, sb, dir, count);
    return hex(hash);
  };
  struct stat sb {};
  sb.st_mode = 0100644;
  sb.st_uid = 1000;
  sb.st_gid = 1001;
  sb.st_mtim = {1700000000, 123456789};
  CHECK(made("share/sub", &sb, entries, 2) ==
        known.at("hash_entry_share/sub_2ents_11_22"));
  CHECK(made("sub/", &sb, entries, 2) ==
        known.at("hash_entry_share/sub_2ents_11_22"));
  CHECK(made(nullptr, nullptr, entries, 2) ==
        known.at("hash_entry_top_2ents_11_22"));
  CHECK(made(nullptr, nullptr, nullptr, 0) == known.at("hash_entry_top_empty"));
}

TEST_CASE("without MDEX_RECURSE sub directories are empty",
          "[capi][mdex][directory]") {
  scratch dir;
  fs::create_directories(dir / "d/sub/deep");
  dir.write("d/file", gen1(10));
  dir.write("d/sub/file", gen1(20));
  auto flat = indexed(dir / "d", MDEX_ALIAS);
  mdex_entry_t entry{};
  REQUIRE(mdex_getalias(flat.get(), (dir / "d/sub").c_str(), &entry) == 0);
  CHECK(entry.type == (MDEX_DIR | MDEX_OTI));
  CHECK(entry.file.size == 0);
  CHECK(entry.file.file.dir == nullptr);
  CHECK(error_of_alias(flat.get(), dir / "d/sub/file") == ENOENT);
  CHECK(error_of_alias(flat.get(), dir / "d/file") == 0);

  index_ptr index{mdex_init(0)};
  index->maxdepth = 2;
  REQUIRE(mdex_addfile(index.get(), (dir / "d").c_str(), nullptr,
                       MDEX_RECURSE) == 0);
  CHECK(error_of_alias(index.get(), dir / "d/sub/file") == 0);
}

TEST_CASE("paths are found below every root that was added",
          "[capi][mdex][directory]") {
  scratch dir;
  fs::create_directories(dir / "one/a");
  fs::create_directories(dir / "two/b");
  dir.write("one/a/f", gen1(10));
  dir.write("two/b/g", gen1(20));
  auto index = indexed(dir / "one/a", MDEX_RECURSE);
  REQUIRE(mdex_addfile(index.get(), (dir / "two/b/").c_str(), nullptr,
                       MDEX_RECURSE) == 0);
  CHECK(index->files == 4);
  CHECK(error_of_alias(index.get(), dir / "one/a/f") == 0);
  CHECK(error_of_alias(index.get(), dir / "one/x/../a//f") == 0);
  CHECK(error_of_alias(index.get(), dir / "two/b/g") == 0);
  CHECK(error_of_alias(index.get(), dir / "one/a/g") == ENOENT);
  CHECK(error_of_alias(index.get(), "b/g") == 0); // as an alias
  CHECK(error_of_alias(index.get(), "") == EINVAL);

  char* name = mdex_sharepath(index.get(), (dir / "two/b/g").c_str());
  REQUIRE(name != nullptr);
  CHECK(std::string{name} == "b/g");
  std::free(name);
  errno = 0;
  CHECK(mdex_sharepath(index.get(), "/") == nullptr);
  CHECK(errno == EINVAL);
  CHECK(mdex_sharepath(index.get(), (dir / "two/absent").c_str()) == nullptr);
  CHECK(errno == ENOENT);
  index_ptr empty{mdex_init(0)};
  CHECK(mdex_sharepath(empty.get(), "/") == nullptr);
  CHECK(errno == EINVAL);
}

TEST_CASE("a symbolic link is added as a link", "[capi][mdex][directory]") {
  scratch dir;
  dir.write("target", gen1(10));
  fs::create_symlink("target", dir / "link");
  auto index = indexed(dir / "link", MDEX_ALIAS);
  CHECK(index->files == 1);
  mdex_entry_t entry{};
  REQUIRE(mdex_getalias(index.get(), (dir / "link").c_str(), &entry) == 0);
  CHECK(entry.type == (MDEX_LINK | MDEX_OTI));
  CHECK(std::string{entry.file.file.name} == "link");
  struct stat sb;
  REQUIRE(lstat((dir / "link").c_str(), &sb) == 0);
  bytes expected(HASHSIZE), key(HASHSIZE);
  mdex_tree_hash_sb(expected.data(), expected.size(), nullptr, 0, &sb, "link");
  mdex_aliashash("link", key.data(), key.size());
  REQUIRE(mdex_get(index.get(), key.data(), key.size(), nullptr) == 0);
  CHECK(key == expected);
}

TEST_CASE("a directory that cannot be read leaves the index as it was",
          "[capi][mdex][directory]") {
  scratch dir;
  fs::create_directories(dir / "d");
  dir.write("d/f", gen1(10));
  index_ptr index{mdex_init(0)};
  errno = 0;
  CHECK(mdex_addfile(index.get(), (dir / "absent").c_str(), nullptr,
                     MDEX_RECURSE) == -1);
  CHECK(errno == ENOENT);
  if (geteuid() == 0) {
    WARN("partly skipped: root reads everything");
    return;
  }
  dir.write("d/closed", gen1(10));
  chmod((dir / "d/closed").c_str(), 0);
  CHECK(mdex_addfile(index.get(), (dir / "d").c_str(), nullptr,
                     MDEX_RECURSE) == -1);
  CHECK(errno == EACCES);
  CHECK(index->files == 0);
  CHECK(error_of_alias(index.get(), "d/f") == ENOENT);
}

TEST_CASE("the root of what is no directory is an error",
          "[capi][mdex][directory]") {
  scratch dir;
  dir.write("f", gen1(10));
  unsigned char root[HASHSIZE];
  errno = 0;
  CHECK(mdex_get_directory_root((dir / "f").c_str(), root) == -1);
  CHECK(errno == ENOTDIR);
  CHECK(mdex_get_directory_root((dir / "absent").c_str(), root) == -1);
  CHECK(errno == ENOENT);
  CHECK(mdex_get_directory_root(nullptr, root) == -1);
  CHECK(errno == EINVAL);
  auto index = indexed(dir / "f", MDEX_ALIAS);
  CHECK(mdex_directory_root(index.get(), (dir / "f").c_str(), root) == -1);
  CHECK(errno == ENOTDIR);
  CHECK(mdex_directory_root(index.get(), "x", root) == -1);
  CHECK(errno == ENOENT);
}

TEST_CASE("an index that was acquired stays until it is released",
          "[capi][mdex]") {
  auto* index = mdex_init(0);
  CHECK(mdex_acquire(index) == index);
  mdex_free(index);
  CHECK(mdex_acquire(index) == nullptr);
  char data[] = "still here";
  CHECK(mdex_add(index, data, sizeof data, nullptr, 0) == 0);
  errno = 7;
  mdex_release(index);
  CHECK(errno == 7);
  CHECK(mdex_acquire(nullptr) == nullptr);
  mdex_release(nullptr);
}

TEST_CASE("what is added is named to the stream", "[capi][mdex][directory]") {
  scratch dir;
  fs::create_directories(dir / "d/sub");
  dir.write("d/sub/f", gen1(10));
  char* text = nullptr;
  std::size_t length = 0;
  auto* stream = open_memstream(&text, &length);
  index_ptr index{mdex_init(0)};
  index->stream = stream;
  index->debug = MDEX_DEBUG_FILE;
  REQUIRE(mdex_addfile(index.get(), (dir / "d").c_str(), nullptr,
                       MDEX_RECURSE) == 0);
  fclose(stream);
  CHECK(std::string{text} == "d\nd/sub\nd/sub/f\n");
  std::free(text);
}
