// SPDX-License-Identifier: BSD-3-Clause
#include "tool/run/metrics_server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <charconv>
#include <vector>

namespace troupe::tool {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::asio::ip::tcp;

constexpr std::size_t most_connections = 16;
constexpr auto patience = std::chrono::seconds{5};
constexpr std::size_t most_header_bytes = 8192;

/// One request and its answer.
class connection : public std::enable_shared_from_this<connection> {
public:
  explicit connection(tcp::socket socket) : stream_(std::move(socket)) {
    parser_.header_limit(most_header_bytes);
    parser_.body_limit(std::uint64_t{0});
  }

  void start(const std::function<std::string()>& text) {
    stream_.expires_after(patience);
    http::async_read(stream_, buffer_, parser_,
                     [self = shared_from_this(), text](const auto& bad, auto) {
                       if (!bad)
                         self->answer(text);
                     });
  }

private:
  void answer(const std::function<std::string()>& text) {
    const auto& request = parser_.get();
    answer_.version(request.version());
    answer_.keep_alive(false);
    if (request.method() != http::verb::get) {
      answer_.result(http::status::method_not_allowed);
    } else if (request.target() != "/metrics") {
      answer_.result(http::status::not_found);
      answer_.body() = "/metrics is all there is\n";
    } else {
      answer_.set(http::field::content_type,
                  "text/plain; version=0.0.4; charset=utf-8");
      answer_.body() = text();
    }
    answer_.prepare_payload();
    http::async_write(stream_, answer_,
                      [self = shared_from_this()](const auto&, auto) {
                        beast::error_code ignored;
                        self->stream_.socket().shutdown(
                            tcp::socket::shutdown_send, ignored);
                      });
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_{most_header_bytes};
  http::request_parser<http::empty_body> parser_;
  http::response<http::string_body> answer_;
};

class server final : public metrics_server,
                     public std::enable_shared_from_this<server> {
public:
  server(boost::asio::io_context& loop, std::function<std::string()> text)
      : acceptor_(loop), text_(std::move(text)) {}

  errc listen(const tcp::endpoint& at) {
    beast::error_code bad;
    acceptor_.open(at.protocol(), bad);
    if (!bad)
      acceptor_.set_option(tcp::acceptor::reuse_address{true}, bad);
    if (!bad)
      acceptor_.bind(at, bad);
    if (!bad)
      acceptor_.listen(tcp::acceptor::max_listen_connections, bad);
    if (bad == boost::asio::error::address_in_use)
      return errc::already_exists;
    return bad ? errc::network_error : errc::none;
  }

  void start() {
    acceptor_.async_accept(
        [self = weak_from_this()](const auto& bad, tcp::socket socket) {
          const auto alive = self.lock();
          if (!alive || bad == boost::asio::error::operation_aborted)
            return;
          if (!bad)
            alive->serve(std::move(socket));
          alive->start();
        });
  }

  void close() {
    beast::error_code ignored;
    acceptor_.close(ignored);
  }

private:
  void serve(tcp::socket socket) {
    std::erase_if(open_, [](const auto& one) { return one.expired(); });
    if (open_.size() >= most_connections)
      return; // closed at once
    auto one = std::make_shared<connection>(std::move(socket));
    open_.push_back(one);
    one->start(text_);
  }

  tcp::acceptor acceptor_;
  std::function<std::string()> text_;
  std::vector<std::weak_ptr<connection>> open_;
};

class owned_server final : public metrics_server {
public:
  explicit owned_server(std::shared_ptr<server> what)
      : what_(std::move(what)) {}
  ~owned_server() override { what_->close(); }

private:
  std::shared_ptr<server> what_;
};

expected<tcp::endpoint> endpoint_of(const std::string& text) {
  const auto colon = text.rfind(':');
  auto host = text.substr(0, std::min(colon, text.size()));
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  beast::error_code bad;
  const auto address = boost::asio::ip::make_address(host, bad);
  if (colon != std::string::npos && !bad && address.is_loopback())
    if (const auto [rest, wrong] =
            std::from_chars(text.data() + colon + 1, end, port);
        wrong == std::errc{} && rest == end)
      return tcp::endpoint{address, port};
  return error{errc::invalid_argument,
               "metrics = '" + text + "': give a loopback address and a port,"
               " such as [::1]:9464"};
}

} // namespace

expected<std::unique_ptr<metrics_server>>
serve_metrics(boost::asio::io_context& loop, const std::string& where,
              std::function<std::string()> text) {
  const auto at = endpoint_of(where);
  if (!at)
    return at.error();
  auto one = std::make_shared<server>(loop, std::move(text));
  if (const auto failed = one->listen(*at); failed != errc::none)
    return error{failed, "metrics = '" + where + "'"};
  one->start();
  return std::unique_ptr<metrics_server>{
      std::make_unique<owned_server>(std::move(one))};
}

} // namespace troupe::tool
