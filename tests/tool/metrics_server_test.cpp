// SPDX-License-Identifier: BSD-3-Clause
#include "tool/run/metrics_server.hpp"

#include "tests/support/catch.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <thread>

using namespace troupe;
using namespace troupe::tool;
using boost::asio::ip::tcp;

namespace {

/// A port of the loopback interface that was free a moment ago.
std::uint16_t free_port() {
  boost::asio::io_context loop;
  tcp::acceptor some{loop, {boost::asio::ip::address_v6::loopback(), 0}};
  return some.local_endpoint().port();
}

std::string at(std::uint16_t port) { return "[::1]:" + std::to_string(port); }

/// What the server answers to `request`, which is sent as it is.
std::string answer_to(const std::string& request) {
  boost::asio::io_context loop;
  const auto port = free_port();
  const auto server = serve_metrics(loop, at(port), [] { return "some 1\n"; });
  REQUIRE(server);
  std::string answer;
  std::jthread client{[&] {
    boost::asio::io_context own;
    tcp::socket socket{own};
    boost::system::error_code bad;
    socket.connect({boost::asio::ip::address_v6::loopback(), port}, bad);
    boost::asio::write(socket, boost::asio::buffer(request), bad);
    boost::asio::read(socket, boost::asio::dynamic_buffer(answer), bad);
    loop.stop();
  }};
  loop.run_for(std::chrono::seconds{30});
  return answer;
}

} // namespace

TEST_CASE("the page is served to who asks for it") {
  const auto answer = answer_to("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(answer.rfind("HTTP/1.1 200", 0) == 0);
  CHECK(answer.find("text/plain; version=0.0.4") != std::string::npos);
  CHECK(answer.find("\r\n\r\nsome 1\n") != std::string::npos);
}

TEST_CASE("there is nothing else, and nothing to change") {
  CHECK(answer_to("GET / HTTP/1.1\r\n\r\n").rfind("HTTP/1.1 404", 0) == 0);
  CHECK(answer_to("POST /metrics HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
            .rfind("HTTP/1.1 405", 0) == 0);
}

TEST_CASE("what is no request, or a long one, ends the connection") {
  CHECK(answer_to("what?\r\n\r\n").empty());
  CHECK(answer_to("GET /metrics HTTP/1.1\r\nX: " + std::string(20'000, 'x') +
                  "\r\n\r\n")
            .empty());
  CHECK(answer_to("POST /metrics HTTP/1.1\r\nContent-Length: 5\r\n\r\n12345")
            .empty());
}

TEST_CASE("figures are served at a loopback address only") {
  boost::asio::io_context loop;
  for (const auto* where : {"[2001:db8::1]:9464", "0.0.0.0:9464", "[::]:9464",
                            "localhost:9464", "[::1]", "[::1]:", "[::1]:99999",
                            "::1:x", "", ":"}) {
    CAPTURE(where);
    const auto server = serve_metrics(loop, where, [] { return ""; });
    REQUIRE_FALSE(server);
    CHECK(server.error().code == errc::invalid_argument);
  }
}

TEST_CASE("a port that somebody else has is an error") {
  boost::asio::io_context loop;
  const auto port = free_port();
  const auto first = serve_metrics(loop, at(port), [] { return ""; });
  REQUIRE(first);
  const auto second = serve_metrics(loop, at(port), [] { return ""; });
  REQUIRE_FALSE(second);
  CHECK(second.error().code == errc::already_exists);
}
