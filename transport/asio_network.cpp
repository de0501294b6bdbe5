// SPDX-License-Identifier: BSD-3-Clause
#include "transport/asio_network.hpp"

#include "transport/ports.hpp"

#include <system_error>

namespace troupe {
namespace {

class asio_network final : public network {
public:
  explicit asio_network(asio_network_options settings)
      : settings_(std::move(settings)) {}
  ~asio_network() override { loop_->stop(); }

  expected<std::unique_ptr<receive_port>>
  open_receiver(const receive_options& options) override {
    return open<receive_port>([&] {
      return open_receive_port(loop_, silences_, options, settings_);
    });
  }

  expected<std::unique_ptr<send_port>>
  open_sender(const send_options& options) override {
    return open<send_port>(
        [&] { return open_send_port(loop_, options, settings_); });
  }

  expected<std::unique_ptr<report_port>>
  open_reports(const send_options& options,
               report_handler on_reports) override {
    return open<report_port>([&] {
      return open_report_port(loop_, options, std::move(on_reports),
                              settings_);
    });
  }

private:
  /// Asio and std::thread throw when the system runs out of something.
  template <class Port, class Open>
  expected<std::unique_ptr<Port>> open(Open&& how) {
    try {
      loop_->start();
      return how();
    } catch (const std::exception& e) {
      if (dynamic_cast<const std::bad_alloc*>(&e))
        throw;
      return error{errc::network_error, e.what()};
    }
  }

  asio_network_options settings_;
  std::shared_ptr<io_loop> loop_ = std::make_shared<io_loop>();
  shared_silences silences_;
};

} // namespace

std::shared_ptr<join_silence>
shared_silences::of(std::uint32_t interface_index) {
  const std::lock_guard lock{mutex_};
  auto silence = all_[interface_index].lock();
  if (!silence)
    all_[interface_index] = silence = std::make_shared<join_silence>();
  return silence;
}

std::shared_ptr<network> make_asio_network(asio_network_options options) {
  return std::make_shared<asio_network>(std::move(options));
}

} // namespace troupe
