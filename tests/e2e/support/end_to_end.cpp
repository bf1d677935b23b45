#include "tests/e2e/support/end_to_end.h"

#include <unistd.h>

#include <fstream>
#include <sstream>

namespace framespool::e2e {

const std::vector<std::string>& scenes() {
  static const std::vector<std::string> names = [] {
    const Finished listed = framespool({"record", "--list-scenes"});
    EXPECT_EQ(listed.status, 0) << listed.err;
    std::vector<std::string> found;
    std::istringstream lines(listed.out);
    for (std::string line; std::getline(lines, line);) found.push_back(line.substr(0, line.find(' ')));
    return found;
  }();
  return names;
}

EndToEnd::EndToEnd() {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  folder_ = fs::path(testing::TempDir()) /
            ("Prüfung 映像 " + std::string(test->name()) + " " + std::to_string(::getpid()));
  fs::remove_all(folder_);
  fs::create_directories(folder_);
}

EndToEnd::~EndToEnd() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::string EndToEnd::record(const std::string& scene, const std::string& size, int frames,
                             const std::string& name) {
  const std::string take = in(name);
  expect_success(framespool(
      {"record", scene, "-o", take, "--size", size, "--frames", std::to_string(frames), "--quiet"}));
  return take;
}

std::string EndToEnd::export_to(const std::string& take, const std::string& output,
                                std::vector<std::string> options) {
  options.insert(options.begin(), {"export", take, in(output), "--quiet"});
  expect_success(framespool(std::move(options)));
  return in(output);
}

std::string EndToEnd::import(const Bytes& pixels, const std::string& size, std::vector<std::string> options,
                             const std::string& name) {
  write("raw frames", pixels);
  options.insert(options.begin(), {"import", in("raw frames"), "-o", in(name), "--size", size, "--quiet"});
  expect_success(framespool(std::move(options)));
  return in(name);
}

void EndToEnd::write(const std::string& name, const Bytes& bytes) const {
  std::ofstream file(folder_ / name, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  EXPECT_TRUE(file.flush());
}

void EndToEnd::write(const std::string& name, const std::string& text) const {
  write(name, Bytes(text.begin(), text.end()));
}

Bytes flat_frames(int frames, int width, int height) {
  Bytes pixels;
  for (int frame = 0; frame < frames; ++frame)
    for (int pixel = 0; pixel < width * height; ++pixel) {
      const auto value = static_cast<std::uint8_t>(frame + 1);
      pixels.insert(pixels.end(), {value, value, value, 255});
    }
  return pixels;
}

void expect_success(const Finished& finished) {
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_EQ(finished.signal, 0);
}

void expect_error(const Finished& finished, int status, const std::vector<std::string>& texts) {
  EXPECT_EQ(finished.status, status) << finished.err;
  EXPECT_EQ(finished.error_lines(), 1u) << finished.err;
  EXPECT_EQ(finished.err.rfind("framespool: ", 0), 0u) << finished.err;
  for (const std::string& text : texts) EXPECT_THAT(finished.err, testing::HasSubstr(text));
}

}  // namespace framespool::e2e
