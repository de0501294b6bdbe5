// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/errc.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>

namespace troupe::tool {

/// Serves GET /metrics over HTTP, to Prometheus or whoever asks.
class metrics_server {
public:
  virtual ~metrics_server() = default;
};

/// Listens at "ADDRESS:PORT" or "[ADDRESS]:PORT", which has to be an address of
/// the loopback interface: figures are nobody's business on the network.
/// `text` makes the page, on the io_context's thread. At most 16 connections at
/// once, each for 5 s and one small request. Errors: invalid_argument for
/// another address, already_exists when the port is taken, network_error.
expected<std::unique_ptr<metrics_server>>
serve_metrics(boost::asio::io_context& loop, const std::string& where,
              std::function<std::string()> text);

} // namespace troupe::tool
