// SPDX-License-Identifier: BSD-3-Clause
// Contents of objects and what became of them, for simulated syncs.
#pragma once

#include "tests/simulation/scenario.hpp"
#include "tests/support/actor_fixture.hpp"

namespace troupe::test {

/// Bytes with the shapes that matter: random, runs of zeros, equal chunks.
byte_string make_content(seeded_random& random, std::size_t size);

/// A later state of `before`: bytes changed, cut, grown, chunks moved.
byte_string evolve(seeded_random& random, const byte_string& before);

/// A size that is cheap to simulate; now and then a few MiB.
std::size_t choose_size(seeded_random& random);

} // namespace troupe::test
