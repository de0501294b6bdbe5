// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/tables.hpp"

namespace troupe::raptorq {

// RFC 6330 section 5.3.5.2, table 1: f[d] for d = 0 to 30.
const std::array<std::uint32_t, degree_max + 1> degree_table{{
    0,       5243,    529531,  704294,  791675,  844104,  879057,  904023,
    922747,  937311,  948962,  958494,  966438,  973160,  978921,  983914,
    988283,  992138,  995565,  998631,  1001391, 1003887, 1006157, 1008229,
    1010129, 1011876, 1013490, 1014983, 1016370, 1017662, 1048576,
}};

} // namespace troupe::raptorq
