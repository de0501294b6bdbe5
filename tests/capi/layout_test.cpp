// SPDX-License-Identifier: BSD-3-Clause
#include "tests/capi/vectors.hpp"
#include "tests/support/catch.hpp"

#include <librecast.h>
#include <librecast/mdex.h>
#include <librecast/mtree.h>
#include <librecast/q.h>
#include <librecast/sync.h>

#include <cstddef>
#include <map>

#define MEMBER(type, member)                                                   \
  { #type "." #member, offsetof(type, member) }
#define SIZE(type)                                                             \
  { "sizeof_" #type, sizeof(type) }

#if defined(__x86_64__) && defined(__LP64__)
TEST_CASE("public structures have the layout that programs were compiled with",
          "[capi]") {
  const std::map<std::string, std::size_t> ours{
      SIZE(net_tree_t),
      MEMBER(net_tree_t, size),
      MEMBER(net_tree_t, mtime_s),
      MEMBER(net_tree_t, mtime_n),
      MEMBER(net_tree_t, atime_s),
      MEMBER(net_tree_t, atime_n),
      MEMBER(net_tree_t, uid),
      MEMBER(net_tree_t, gid),
      MEMBER(net_tree_t, mode),
      MEMBER(net_tree_t, namesz),
      MEMBER(net_tree_t, pad),
      MEMBER(net_tree_t, tree),
      SIZE(lc_stat_t),
      SIZE(lc_token_t),
      SIZE(lc_tlv_hash_t),
      SIZE(lc_message_t),
      SIZE(lc_keypair_t),
      SIZE(lc_key_t),
      SIZE(lc_keyring_t),
      SIZE(lc_filter_t),
      SIZE(hash_state),
      SIZE(mdex_entry_t),
      MEMBER(mdex_entry_t, type),
      MEMBER(mdex_entry_t, ptr),
      MEMBER(mdex_entry_t, ptr.size),
      MEMBER(mdex_entry_t, ptr.data),
      MEMBER(mdex_entry_t, file.off),
      MEMBER(mdex_entry_t, file.file.dir),
      MEMBER(mdex_entry_t, file.file.name),
      MEMBER(mdex_entry_t, file.file.sb),
      MEMBER(mdex_entry_t, file.file.ref),
      MEMBER(mdex_entry_t, idx),
      MEMBER(mdex_entry_t, next),
      SIZE(mdex_idx_t),
      SIZE(mdex_t),
      MEMBER(mdex_t, alloc_stack),
      MEMBER(mdex_t, files),
      MEMBER(mdex_t, stream),
      MEMBER(mdex_t, debug),
      MEMBER(mdex_t, basedir),
      MEMBER(mdex_t, rootdir),
      MEMBER(mdex_t, entries),
      MEMBER(mdex_t, pagesz),
      MEMBER(mdex_t, maxdepth),
      MEMBER(mdex_t, readers),
      MEMBER(mdex_t, deleted),
      SIZE(mtree_t),
      MEMBER(mtree_t, base),
      MEMBER(mtree_t, chunks),
      MEMBER(mtree_t, nodes),
      MEMBER(mtree_t, data),
      MEMBER(mtree_t, tree),
      SIZE(q_t),
      SIZE(q_job_t),
      MEMBER(q_t, ridx),
      MEMBER(q_t, widx),
      MEMBER(q_t, rlock),
      MEMBER(q_t, wlock),
      {"HEXLEN", HEXLEN},
  };
  const auto theirs = capi_test::vectors().at("abi");
  for (const auto& [name, value] : ours) {
    INFO(name);
    REQUIRE(theirs.contains(name));
    CHECK(theirs.at(name).get<std::size_t>() == value);
  }
}

TEST_CASE("members that the table of known offsets leaves out are in place",
          "[capi]") {
  CHECK(offsetof(lc_stat_t, byt_gross) == 0);
  CHECK(offsetof(lc_stat_t, byt_info) == 8);
  CHECK(offsetof(lc_stat_t, chunks_tot) == 16);
  CHECK(offsetof(lc_stat_t, chunks_io) == 24);
  CHECK(offsetof(lc_stat_t, chunks_fail) == 32);
  CHECK(offsetof(lc_stat_t, pkts_io) == 40);
  CHECK(offsetof(lc_stat_t, sym_origin) == 48);
  CHECK(offsetof(lc_stat_t, sym_repair) == 56);
  CHECK(offsetof(mdex_idx_t, clown) == 32);
  CHECK(offsetof(mdex_idx_t, joker) == 40);
  CHECK(offsetof(mdex_idx_t, entry) == 48);
  CHECK(offsetof(mdex_idx_t, next) == 56);
  CHECK(offsetof(mdex_t, basedirlen) == 152);
  CHECK(offsetof(mdex_t, rootdirlen) == 168);
  CHECK(offsetof(mtree_t, len) == 0);
  CHECK(sizeof(lc_message_head_t) == 33);
  CHECK(offsetof(lc_message_head_t, len) == 25);
}
#endif

TEST_CASE("constants have the values that programs were compiled with",
          "[capi]") {
  CHECK(LC_DEFAULT_PORT == 4242);
  CHECK(LC_DEFAULT_FLAGS == 0x1e);
  CHECK(LC_DEFAULT_RQ_T == 1024);
  CHECK(LC_SHARE_LOOPBACK == 1);
  CHECK(SYNC_LOOPBACK == 1);
  CHECK(SYNC_SUBDIR == 2);
  CHECK(SYNC_OWNER == 4);
  CHECK(SYNC_GROUP == 8);
  CHECK(SYNC_MODE == 0x10);
  CHECK(SYNC_MTIME == 0x20);
  CHECK(SYNC_ATIME == 0x40);
  CHECK(SYNC_RECURSE == 0x80);
  CHECK(MDEX_PTR == 1);
  CHECK(MDEX_FILE == 2);
  CHECK(MDEX_DIR == 4);
  CHECK(MDEX_LINK == 8);
  CHECK(MDEX_ALIAS == 0x10000);
  CHECK(MDEX_OTI == 0x20000);
  CHECK(MDEX_RAND == 0x40000);
  CHECK(MDEX_RECURSE == 0x80000);
  CHECK(MTREE_CHUNKSIZE == 32768);
  CHECK(MTREE_HASHSIZE == 32);
  CHECK(HASHSIZE == 32);
  CHECK(mtree_parent(5) == 2);
}
