// One run of the program, what it should make, and what may be left of it when a call fails.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/support/program.h"

namespace framespool::faults {

class Scenario {
 public:
  explicit Scenario(std::string called) : name(std::move(called)) {}
  virtual ~Scenario() = default;
  Scenario(const Scenario&) = delete;
  Scenario& operator=(const Scenario&) = delete;

  // `work` is an empty folder.
  virtual void set_up(const std::filesystem::path& work) { static_cast<void>(work); }
  [[nodiscard]] virtual std::vector<std::string> command(const std::filesystem::path& work) const = 0;
  // After a run without faults: remembers what was made.
  virtual void prepare_reference(const std::filesystem::path& work) = 0;
  // What is wrong with what was left, or "". `frames_before`: of these the writing had succeeded.
  [[nodiscard]] virtual std::string judge(const std::filesystem::path& work, bool succeeded,
                                          std::uint64_t frames_before) const = 0;

  const std::string name;
};

// Makes their common inputs in `folder` too.
[[nodiscard]] std::vector<std::unique_ptr<Scenario>> make_scenarios(const std::filesystem::path& folder);

}  // namespace framespool::faults
