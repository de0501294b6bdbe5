// SPDX-License-Identifier: BSD-3-Clause
#include "lab/node_protocol.hpp"

#include <algorithm>

namespace troupe::lab {

namespace {

using nlohmann::json;

constexpr std::size_t max_text = 200;
constexpr std::size_t max_options = 50;

/// A field of JSON that somebody else has made; all are wanted.
class fields {
public:
  explicit fields(const json& from) : from_{from} {
    is_good_ = from.is_object();
  }
  bool is_good() const noexcept { return is_good_; }

  void text(const char* name, std::string& into) {
    const auto* found = find(name);
    if (found == nullptr || !found->is_string() ||
        found->get_ref<const std::string&>().size() > max_text)
      is_good_ = false;
    else
      into = found->get<std::string>();
  }
  void flag(const char* name, bool& into) {
    const auto* found = find(name);
    if (found == nullptr || !found->is_boolean())
      is_good_ = false;
    else
      into = found->get<bool>();
  }
  void count(const char* name, std::uint64_t& into, std::uint64_t most) {
    const auto* found = find(name);
    if (found == nullptr || !found->is_number_integer() || *found < 0 ||
        found->get<std::uint64_t>() > most)
      is_good_ = false;
    else
      into = found->get<std::uint64_t>();
  }
  void number(const char* name, double& into) {
    const auto* found = find(name);
    if (found == nullptr || !found->is_number())
      is_good_ = false;
    else
      into = found->get<double>();
  }
  void options(const char* name, std::vector<std::string>& into) {
    const auto* found = find(name);
    is_good_ = is_good_ && found != nullptr && found->is_array() &&
               found->size() <= max_options;
    for (std::size_t i = 0; is_good_ && i < found->size(); ++i) {
      const auto& each = (*found)[i];
      is_good_ = each.is_string() && each.get_ref<const std::string&>().size() <=
                                         max_text;
      if (is_good_)
        into.push_back(each.get<std::string>());
    }
  }
  const json* find(const char* name) {
    if (!is_good_)
      return nullptr;
    const auto found = from_.find(name);
    return found == from_.end() ? nullptr : &*found;
  }

private:
  const json& from_;
  bool is_good_ = false;
};

/// It becomes the name of a file of the agent.
bool is_file_name(const std::string& name) {
  return !name.empty() && name.front() != '.' && name.front() != '-' &&
         name.find('/') == std::string::npos &&
         name.find('\0') == std::string::npos;
}

/// Of the options that change what is measured, not what is read or written.
bool is_harmless(const std::string& option) {
  const char* const known[] = {"--wire",    "--rate",   "--hash",  "auto",
                               "range",     "classic",  "blake2b", "blake3",
                               "--inplace", "--timeout"};
  const bool is_number =
      !option.empty() &&
      option.find_first_not_of("0123456789.kmg") == std::string::npos;
  return is_number ||
         std::find(std::begin(known), std::end(known), option) !=
             std::end(known);
}

error malformed(const char* what) {
  return {errc::invalid_argument, std::string{"a malformed "} + what};
}

} // namespace

json json_of(const plan& what) {
  auto tasks = json::array();
  for (const auto& each : what.tasks)
    tasks.push_back({{"host", each.host},
                     {"is_sharer", each.is_sharer},
                     {"starts_ms", each.starts_ms}});
  return {{"id", what.id},
          {"seed", what.seed},
          {"deadline_ms", what.deadline_ms},
          {"file", {{"name", what.file.name},
                    {"bytes", what.file.bytes},
                    {"files", what.file.files},
                    {"seed", what.file.seed}}},
          {"share_options", what.share_options},
          {"sync_options", what.sync_options},
          {"tasks", tasks}};
}

json json_of(const task_result& what) {
  return {{"host", what.host},           {"is_sharer", what.is_sharer},
          {"is_identical", what.is_identical}, {"status", what.status},
          {"started_s", what.started_s}, {"ended_s", what.ended_s},
          {"cpu_s", what.cpu_s},         {"peak_bytes", what.peak_bytes},
          {"last_words", what.last_words}};
}

expected<plan> read_plan(const json& from) {
  plan all;
  fields top{from};
  top.count("id", all.id, UINT64_MAX);
  top.count("seed", all.seed, UINT32_MAX);
  top.count("deadline_ms", all.deadline_ms, 24ull * 3600 * 1000);
  top.options("share_options", all.share_options);
  top.options("sync_options", all.sync_options);
  const auto* file = top.find("file");
  const auto* tasks = top.find("tasks");
  if (file == nullptr || tasks == nullptr || !tasks->is_array() ||
      tasks->size() > max_hosts)
    return malformed("plan");
  fields what{*file};
  what.text("name", all.file.name);
  what.count("bytes", all.file.bytes, max_content_bytes);
  what.count("files", all.file.files, 1'000'000);
  what.count("seed", all.file.seed, UINT32_MAX);
  if (!what.is_good() || !is_file_name(all.file.name) || all.file.files == 0 ||
      all.file.bytes > max_content_bytes / all.file.files)
    return malformed("plan");
  for (const auto& each : *tasks) {
    task one;
    fields its{each};
    its.text("host", one.host);
    its.flag("is_sharer", one.is_sharer);
    its.count("starts_ms", one.starts_ms, all.deadline_ms);
    if (!its.is_good() || !is_file_name(one.host))
      return malformed("plan");
    all.tasks.push_back(std::move(one));
  }
  for (const auto* options : {&all.share_options, &all.sync_options})
    for (const auto& each : *options)
      if (!is_harmless(each))
        return error{errc::invalid_argument,
                     "agents do not take the option '" + each + "'"};
  return all;
}

expected<task_result> read_result(const json& from) {
  task_result one;
  std::uint64_t status = 0;
  fields its{from};
  its.text("host", one.host);
  its.flag("is_sharer", one.is_sharer);
  its.flag("is_identical", one.is_identical);
  its.count("status", status, 255);
  its.number("started_s", one.started_s);
  its.number("ended_s", one.ended_s);
  its.number("cpu_s", one.cpu_s);
  its.count("peak_bytes", one.peak_bytes, UINT64_MAX);
  its.text("last_words", one.last_words);
  one.status = static_cast<int>(status);
  if (!its.is_good())
    return malformed("result");
  return one;
}

} // namespace troupe::lab
