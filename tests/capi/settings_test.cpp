// SPDX-License-Identifier: BSD-3-Clause
// What a context is set to, as syncs and shares see it.
#include "tests/capi/network.hpp"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

using namespace capi_test;

namespace {

std::string text_of(std::FILE* stream) {
  std::string text(1000, '\0');
  std::rewind(stream);
  text.resize(std::fread(text.data(), 1, text.size(), stream));
  return text;
}

void encrypt(lc_ctx_t* ctx, bytes& key) {
  REQUIRE(lc_ctx_set_sym_key(ctx, key.data(), key.size()) == 0);
  REQUIRE(lc_ctx_coding_set(ctx, LC_CODE_SYMM) == LC_CODE_SYMM);
}

ssize_t sync_name(lc_ctx_t* ctx, std::string name, const std::string& to,
                  int flags) {
  auto options = give_up_after(8000);
  return lc_syncfile_hash(ctx, name.data(), to.c_str(), nullptr, nullptr,
                          &options, flags | SYNC_LOOPBACK);
}

} // namespace

TEST_CASE("an encrypted share serves who has its key", "[capi][network]") {
  scratch dir;
  dir.write("secret", gen2(100000));
  bytes key(128, 7), wrong(128, 8);
  auto sharing = make_context();
  encrypt(sharing.get(), key);
  auto share = share_all(sharing.get(), file(dir / "secret"));

  auto syncing = make_context();
  encrypt(syncing.get(), key);
  CHECK(sync_name(syncing.get(), "secret", dir / "copy", 0) > 0);
  CHECK(dir.read("copy") == gen2(100000));

  encrypt(syncing.get(), wrong);
  CHECK(sync_name(syncing.get(), "secret", dir / "wrong", 0) == -1);
  CHECK(errno == EBADMSG);
  CHECK_FALSE(std::filesystem::exists(dir / "wrong"));
}

TEST_CASE("encryption without a key is refused", "[capi][network]") {
  auto ctx = make_context();
  REQUIRE(lc_ctx_coding_set(ctx.get(), LC_CODE_SYMM) == LC_CODE_SYMM);
  auto* index = mdex_init(0);
  CHECK(lc_share(ctx.get(), index, 0, nullptr, nullptr, 0) == nullptr);
  CHECK(errno == EINVAL);
  char byte = 0;
  const bytes hash(HASHSIZE, 1);
  CHECK(lc_sync(ctx.get(), hash.data(), &byte, 1, nullptr, nullptr, nullptr,
                0) == -1);
  CHECK(errno == EINVAL);
  mdex_free(index);
}

TEST_CASE("a directory is synced below its name, or its content is",
          "[capi][network]") {
  scratch dir;
  std::filesystem::create_directories(dir / "tree/sub");
  dir.write("tree/one", gen2(10));
  dir.write("tree/sub/two", gen2(70000));
  dir.write("tree/empty", {});
  std::filesystem::create_symlink("one", dir / "tree/link");
  std::filesystem::create_directory(dir / "to");
  auto ctx = make_context();
  auto share = share_all(ctx.get(), [&](mdex_t* index) {
    REQUIRE(mdex_addfile(index, (dir / "tree").c_str(), nullptr,
                         MDEX_ALIAS | MDEX_RECURSE) == 0);
  });
  const auto is_complete = [&](const std::string& at) {
    return dir.read(at + "/one") == gen2(10) &&
           dir.read(at + "/sub/two") == gen2(70000) &&
           std::filesystem::is_empty(dir / (at + "/empty")) &&
           std::filesystem::read_symlink(dir / (at + "/link")) == "one";
  };
  CHECK(sync_name(ctx.get(), "tree", dir / "to", SYNC_RECURSE) > 0);
  CHECK(is_complete("to/tree"));
  CHECK(sync_name(ctx.get(), "tree/", dir / "content", SYNC_RECURSE) > 0);
  CHECK(is_complete("content"));
  CHECK(sync_name(ctx.get(), "tree", dir / "file", 0) == -1);
  CHECK(errno == EISDIR); // directories are synced when asked for
}

TEST_CASE("paths of synced files are written where the context says",
          "[capi][network]") {
  scratch dir;
  dir.write("shown", gen2(10));
  auto ctx = make_context();
  auto share = share_all(ctx.get(), file(dir / "shown"));
  auto* stream = std::tmpfile();
  REQUIRE(stream != nullptr);
  lc_ctx_stream(ctx.get(), stream);
  CHECK(sync_name(ctx.get(), "shown", dir / "a", 0) > 0);
  CHECK(text_of(stream).empty());
  lc_ctx_debug(ctx.get(), LCTX_DEBUG_SYNCFILE);
  CHECK(sync_name(ctx.get(), "shown", dir / "b", 0) > 0);
  CHECK(text_of(stream) == dir / "b\n");
  std::fclose(stream);
}
