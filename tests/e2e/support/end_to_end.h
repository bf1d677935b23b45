// A fresh folder for each test, with a name that many programs stumble over, and verbs to fill it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/e2e/support/judges.h"
#include "tests/e2e/support/program.h"
#include "tests/e2e/support/raw_take.h"

namespace framespool::e2e {

namespace fs = std::filesystem;

// Names of the bundled scenes, as the program lists them.
const std::vector<std::string>& scenes();

class EndToEnd : public testing::Test {
 protected:
  EndToEnd();
  ~EndToEnd() override;

  [[nodiscard]] const fs::path& folder() const { return folder_; }
  [[nodiscard]] std::string in(const std::string& name) const { return (folder_ / name).string(); }

  // Each expects success and returns the path of what it made.
  std::string record(const std::string& scene, const std::string& size, int frames,
                     const std::string& name = "a.fspool");
  std::string export_to(const std::string& take, const std::string& output,
                        std::vector<std::string> options = {});
  // Raw frames, bottom-up RGBA unless `options` say otherwise.
  std::string import(const Bytes& pixels, const std::string& size, std::vector<std::string> options = {},
                     const std::string& name = "a.fspool");

  void write(const std::string& name, const Bytes& bytes) const;
  void write(const std::string& name, const std::string& text) const;

 private:
  fs::path folder_;
};

// Frame k is filled with k + 1 in every byte but alpha.
Bytes flat_frames(int frames, int width, int height);

void expect_success(const Finished& finished);
// The one line on standard error begins with "framespool: " and holds every one of `texts`.
void expect_error(const Finished& finished, int status, const std::vector<std::string>& texts);

}  // namespace framespool::e2e
