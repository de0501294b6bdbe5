// SPDX-License-Identifier: BSD-3-Clause
// Files of lab/page and lab/third_party, as text.
#pragma once

namespace troupe::lab {

extern const char* const page_html;
extern const char* const page_css;
extern const char* const page_js;
extern const char* const uplot_css; ///< uPlot, MIT licence
extern const char* const uplot_js;

} // namespace troupe::lab
