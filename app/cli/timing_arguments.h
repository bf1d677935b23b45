// Which frames become which pictures: options that `export` and `compare` share.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "encode/export_options.h"

namespace framespool {

class TimingArguments {
 public:
  void declare(CLI::App& options, bool& vfr);
  // Into `values`. Error: usage.
  [[nodiscard]] Result<void> parse(ExportOptions& values) const;

 private:
  std::string range_, fps_, speed_;
};

// Keeps a parsed value, or passes its error on.
template <class Parsed, class Value>
[[nodiscard]] Result<void> keep(Parsed parsed, Value& value) {
  if (!parsed) return tl::unexpected(parsed.error());
  value = *parsed;
  return {};
}

}  // namespace framespool
