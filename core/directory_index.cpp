// SPDX-License-Identifier: BSD-3-Clause
#include "core/directory_index.hpp"

#include "core/hasher.hpp"

namespace troupe {

namespace {

class into_index final : public directory_writer {
public:
  explicit into_index(share_index& index) : index_(index) {}
  void add_file(const scanned_entry& file, const merkle_tree& tree) override {
    index_.add_file(file.header, tree, file.content);
  }
  void put(const hash& id, index_entry entry) override {
    index_.put(id, std::move(entry));
  }

private:
  share_index& index_;
};

/// The bytes of a listing or a link, found by its hash and by its name.
void put_object(hash_type type, const hash& id, const object_header& header,
                blob object, directory_writer& to) {
  to.put(id, indexed_object{std::move(object)});
  to.put(hash_of(type, header.name), indexed_alias{id});
}

} // namespace

expected<directory_ids> index_directory(hash_type type,
                                        const directory_scan& scan,
                                        const entry_tree& tree_of,
                                        directory_writer& to) {
  directory_ids ids;
  ids.of.resize(scan.entries.size());
  // From the end: a listing names what is in it.
  for (auto i = scan.entries.size(); i-- > 0;) {
    const auto& entry = scan.entries[i];
    const auto& header = entry.header;
    switch (header.kind()) {
    case object_kind::directory: {
      std::vector<hash> children;
      for (const auto child : entry.children)
        children.push_back(ids.of[child]);
      ids.of[i] = directory_hash(type, header, children, i == 0);
      put_object(type, ids.of[i], header,
                 make_directory_object(header, children), to);
      ++ids.directories;
      break;
    }
    case object_kind::symlink:
      ids.of[i] = symlink_hash(type, header);
      put_object(type, ids.of[i], header,
                 make_symlink_object(header, entry.target), to);
      ++ids.links;
      break;
    case object_kind::file:
    case object_kind::memory: {
      auto tree = header.size == 0 ? expected<merkle_tree>{merkle_tree{}}
                                   : tree_of(entry);
      if (!tree)
        return error{tree.error().code, tree.error().what.empty()
                                            ? header.name
                                            : tree.error().what};
      ids.of[i] = file_part_hash(type, header, tree->root(), 0);
      to.add_file(entry, *tree);
      ++ids.files;
      ids.bytes += header.size;
      break;
    }
    }
  }
  return ids;
}

expected<directory_ids> index_directory(share_index& index,
                                        const directory_scan& scan,
                                        const entry_tree& tree_of) {
  into_index to{index};
  return index_directory(index.type(), scan, tree_of, to);
}

} // namespace troupe
