// The options of the commands that record: which take they write, and how.
#pragma once

#include <CLI/CLI.hpp>

#include <string>

#include "cache/take_writer.h"

namespace framespool {

class TakeOptions {
 public:
  // -o. Apart from the others because it stands at the top of a command's help.
  void declare_output(CLI::App& options);
  // --reserve, --memory, --overwrite, --buffered.
  void declare(CLI::App& options);
  // What was typed, into `take`. Where nobody named a take it is CACHE/NAME-20250131-235959.fspool, NAME being the last
  // part of `subject` without its ending; the directory is made where it is missing. Error: usage (a number that is none),
  // or the directory's.
  [[nodiscard]] Result<void> fill(TakeWriterOptions& take, const std::string& subject) const;

 private:
  std::string output_, reserve_, memory_;
  bool overwrite_ = false, buffered_ = false;
};

}  // namespace framespool
