// SPDX-License-Identifier: BSD-3-Clause
#include "actors/embedding/librarian.hpp"

#include "actors/die_quietly.hpp"
#include "actors/embedding/adapters.hpp"

#include <algorithm>

namespace troupe {

namespace {

/// Paths and books as one index.
class joint_index final : public object_directory {
public:
  joint_index(std::shared_ptr<const object_directory> first,
              std::shared_ptr<const object_directory> second)
      : first_(std::move(first)), second_(std::move(second)) {}

  hash_type type() const override { return first_->type(); }
  std::uint16_t range_symbol_bytes() const override {
    return first_->range_symbol_bytes();
  }
  std::optional<found>
  find(std::span<const std::byte> key) const override {
    auto result = first_->find(key);
    return result ? result : second_->find(key);
  }

private:
  std::shared_ptr<const object_directory> first_;
  std::shared_ptr<const object_directory> second_;
};

constexpr std::uint32_t plain_file = 0100644;

} // namespace

error librarian_state::add(const std::string& what,
                           std::shared_ptr<const content_source> content) {
  if (what.empty())
    return {errc::invalid_argument, "shared content needs a name"};
  if (!content) {
    books.erase(what);
    return {};
  }
  book one;
  one.content = source_of(std::move(content));
  one.header.size = one.content->size();
  one.header.metadata.mode = plain_file;
  one.header.name = what;
  auto tree = hash_on_all_cores(how.type, one.content, how.stop);
  if (!tree)
    return {tree.error().code, "'" + what + "'"};
  one.tree = std::move(*tree);
  books.insert_or_assign(what, std::move(one));
  return {};
}

void librarian_state::rebuild() {
  // All anew: the chunks of a version that is over must go.
  auto index = std::make_shared<share_index>(how.type, how.range_symbol_bytes);
  for (const auto& [what, one] : books)
    index->add_file(one.header, one.tree, one.content);
  shelf->set(0, std::move(index));
}

void librarian_state::raise_revision() {
  if (how.signing && how.signing->revision)
    ++*how.signing->revision;
}

error librarian_state::open() {
  shelf = std::make_shared<live_index>(how.type, how.range_symbol_bytes, 1);
  for (const auto& each : how.contents) {
    if (!each.content)
      return {errc::invalid_argument, "'" + each.name + "' has no content"};
    if (auto wrong = add(each.name, each.content); wrong.code != errc::none)
      return wrong;
  }
  how.contents.clear();
  rebuild();
  if (how.paths.empty())
    return {};
  paths.emplace(how.paths,
                sharing_options{how.type, how.range_symbol_bytes, true, {}});
  const auto files = paths->open(how.stop);
  return files ? error{} : files.error();
}

void librarian_state::put(const put_content& msg) {
  if (!shelf)
    return tell(msg.name, {errc::invalid_argument, "the share has no index"});
  auto wrong = add(msg.name, msg.content);
  if (wrong.code == errc::none) {
    raise_revision(); // before: one version has one content
    rebuild();
  }
  tell(msg.name, std::move(wrong));
}

void librarian_state::look() {
  shared_paths::observer seen;
  seen.renewed = [this](const indexed_file& file) {
    raise_revision();
    tell(file.name, {});
  };
  seen.lost = [this](const error& why) { tell({}, why); };
  paths->look(how.stop, seen, how.counters->sources_changed);
  // Bounded: one is under way.
  compat::send_later(self, shared_paths::look_interval, look_at_paths{});
}

void librarian_state::tell(std::string what, error failure) {
  // One for each content that was put, or path that has changed.
  compat::send(self, keeper,
               library_changed{std::move(what), std::move(failure)});
}

librarian_actor::behavior_type
librarian(librarian_actor::stateful_pointer<librarian_state> self,
          share_keeper_actor keeper, library_settings how) {
  die_quietly(self);
  auto& st = compat::state_of(self);
  st.self = self;
  st.keeper = keeper;
  st.how = std::move(how);
  const auto alone = [self](const auto&, const auto&) { self->quit(); };
  compat::on_down(self, alone);
  compat::watch(self, keeper, alone);
  return {
      [&st](open_library) {
        auto failure = st.open();
        const bool is_open = failure.code == errc::none;
        library_opened answer{nullptr, std::move(failure)};
        if (is_open && st.paths)
          answer.index =
              std::make_shared<joint_index>(st.paths->index(), st.shelf);
        else if (is_open)
          answer.index = st.shelf;
        compat::send(st.self, st.keeper, std::move(answer)); // once
        if (is_open && st.paths && st.how.watch)
          compat::send_later(st.self, shared_paths::look_interval,
                             look_at_paths{}); // one is under way
      },
      [&st](const put_content& msg) { st.put(msg); },
      [&st](look_at_paths) { st.look(); },
  };
}

} // namespace troupe
